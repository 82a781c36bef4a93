/** Which ICMP errors pass: towards a pod, and towards the node's own addresses in a routed VRF. */
import { describe, expect, test } from '@jest/globals';
import { towardsPod } from './expose.ts';
import { icmp, ipv4, ipv6, join, tcp, u8, udp } from './frames.testing.ts';
import { passes } from './interpreter.testing.ts';
import { addresses, pod, router, stranger } from './scene.testing.ts';
import { routedUplinkGuard } from './uplink-guard.ts';

const link = { from: router.mac, to: pod.mac };
const payload = (protocol: number) =>
  protocol === 6 ? tcp(179, 0x10) : protocol === 17 ? udp(53) : join(icmp(protocol === 1 ? 8 : 128), u8(1, 2, 3, 4));

/** A packet as an error quotes it, from its IP header on. */
const packet4 = (from: string, protocol: number, data = payload(protocol), options = u8()) =>
  ipv4(link, { from, to: router.v4, protocol, options }, data).subarray(14);
const packet6 = (from: string, nextHeader: number) =>
  ipv6(link, { from, to: router.v6, nextHeader }, payload(nextHeader)).subarray(14);

const error4 = (type: number, quoted: Uint8Array, options = u8()) =>
  ipv4(link, { from: router.v4, to: pod.v4, protocol: 1, options }, icmp(type, join(new Uint8Array(4), quoted)));
const error6 = (type: number, quoted: Uint8Array) =>
  ipv6(link, { from: router.v6, to: pod.v6, nextHeader: 58 }, icmp(type, join(new Uint8Array(4), quoted)));

const types = { 4: [3, 11, 12], 6: [1, 2, 3, 4] } as const;

describe.each([
  ['towards a pod', towardsPod({ addresses, expose: [] })],
  ['towards an uplink', routedUplinkGuard({ pods: [], own: addresses })],
])('an ICMP error %s', (_, program) => {
  const enters = (frame: Uint8Array) => passes(program, frame);

  test('passes when it is about a packet of its own, in which TCP, UDP or an echo request was', () => {
    for (const type of types[4])
      for (const protocol of [1, 6, 17]) expect(enters(error4(type, packet4(pod.v4, protocol)))).toBe(true);
    for (const type of types[6])
      for (const next of [6, 17, 58]) expect(enters(error6(type, packet6(pod.v6, next)))).toBe(true);
  });

  test("is dropped when it is about another's packet", () => {
    for (const from of [stranger.v4, '10.244.0.7', '127.0.0.1'])
      for (const type of types[4]) expect(enters(error4(type, packet4(from, 17)))).toBe(false);
    for (const from of [stranger.v6, 'fd00::7', '::1'])
      for (const type of types[6]) expect(enters(error6(type, packet6(from, 17)))).toBe(false);
  });

  test('is dropped when it is about an answer to echo, or about what neither TCP, UDP nor ICMP carried', () => {
    const reply = join(icmp(0), u8(1, 2, 3, 4));
    expect(enters(error4(3, packet4(pod.v4, 1, reply)))).toBe(false);
    for (const protocol of [4, 41, 47, 50]) expect(enters(error4(3, packet4(pod.v4, protocol, reply)))).toBe(false);
  });

  test('is dropped when options of IPv4, its own or of what it quotes, move what is looked at', () => {
    const options = u8(1, 1, 1, 0);
    expect(enters(error4(3, packet4(pod.v4, 17), options))).toBe(false);
    expect(enters(error4(3, packet4(pod.v4, 17, udp(53), options)))).toBe(false);
  });

  test('is dropped when it quotes too little to tell whose packet it was', () => {
    for (const length of [0, 8, 15]) {
      expect(enters(error4(3, packet4(pod.v4, 17).subarray(0, length)))).toBe(false);
      expect(enters(error6(2, packet6(pod.v6, 17).subarray(0, length)))).toBe(false);
    }
  });
});
