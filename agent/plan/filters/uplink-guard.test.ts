import { describe, expect, test } from '@jest/globals';
import {
  arp,
  broadcast,
  ethernet,
  extension,
  icmp,
  ipv4,
  ipv6,
  macOption,
  neighbour,
  tagged,
  tcp,
  udp,
} from './frames.testing.ts';
import { passes } from './interpreter.testing.ts';
import { router, stranger } from './scene.testing.ts';
import { routedUplinkGuard, uplinkGuard } from './uplink-guard.ts';

const uplink = { mac: '02:00:5e:30:00:01', v4: '198.51.100.1', v6: '2001:db8:f::1', linkLocal: 'fe80::30:1' };
const link = { from: router.mac, to: uplink.mac };
const sender = [router.mac, router.v4] as const;
const question = (to: string) => arp({ ...link, to }, { operation: 1, sender, target: uplink.v4 });

describe.each([
  ['of a bridge', uplinkGuard()],
  ['that is routed', routedUplinkGuard({ pods: [], own: [uplink.v4] })],
])('an uplink %s', (_, program) => {
  test.each(['01:80:c2:00:00:00', '01:80:c2:00:00:01', '01:80:c2:00:00:0e'])('drops what goes to %s', (to) => {
    expect(passes(program, question(to))).toBe(false);
    expect(passes(program, ethernet({ ...link, to }, 0x0026, new Uint8Array(46)))).toBe(false);
  });

  test('lets 01:80:c2:00:00:10 through, which a bridge forwards', () => {
    expect(passes(program, question('01:80:c2:00:00:10'))).toBe(true);
  });

  test.each([0x8100, 0x88a8, 0x9100])('drops a frame with a tag of type %i', (type) => {
    expect(passes(program, tagged(question(broadcast), type))).toBe(false);
  });

  test('drops a frame whose tag the kernel has taken out', () => {
    expect(passes(program, { frame: question(broadcast), isTagged: true })).toBe(false);
  });
});

test('a bridge uplink passes everything else, whatever its type', () => {
  for (const type of [0x0800, 0x86dd, 0x88cc, 0x0026]) {
    expect(passes(uplinkGuard(), ethernet({ ...link, to: broadcast }, type, new Uint8Array(46)))).toBe(true);
  }
});

describe('a routed uplink', () => {
  const program = routedUplinkGuard({
    pods: ['192.0.2.0/25', '2001:db8::/60', '203.0.113.7/32'],
    own: [uplink.v4, uplink.v6, uplink.linkLocal],
  });
  const enters = (frame: Uint8Array) => passes(program, frame);
  const over4 = (to: string, protocol: number, payload: Uint8Array) =>
    ipv4(link, { from: router.v4, to, protocol }, payload);
  const over6 = (to: string, nextHeader: number, payload: Uint8Array) =>
    ipv6(link, { from: router.v6, to, nextHeader }, payload);

  test.each([
    ['192.0.2.2', true],
    ['192.0.2.127', true],
    ['192.0.2.128', false],
    ['203.0.113.7', true],
    ['203.0.113.8', false],
    ['224.0.0.5', false],
    ['255.255.255.255', false],
    ['169.254.1.1', false],
  ])('lets %s through: %s', (to, expected) => expect(enters(over4(to, 6, tcp(22, 2)))).toBe(expected));

  test.each([
    ['2001:db8::2', true],
    ['2001:db8:0:f:ffff::', true],
    ['2001:db8:0:10::', false],
    ['ff02::1', false],
    ['fe80::1', false],
  ])('lets %s through: %s', (to, expected) => {
    expect(enters(over6(to, 6, tcp(22, 2)))).toBe(expected);
    expect(enters(over6(to, 58, icmp(128)))).toBe(expected);
  });

  test('leaves ports, fragments and extension headers for a pod to the filter of the pod', () => {
    expect(enters(over6('2001:db8::2', 44, extension(6, tcp(22, 2))))).toBe(true);
    const fragment = { from: router.v4, to: '192.0.2.2', protocol: 17, fragmentOffset: 9 };
    expect(enters(ipv4(link, fragment, udp(53)))).toBe(true);
  });

  test('a prefix of length 0 lets every destination through but its own addresses', () => {
    const all = routedUplinkGuard({ pods: ['0.0.0.0/0', '::/0'], own: [uplink.v4, uplink.v6] });
    expect(passes(all, over4('8.8.8.8', 6, tcp(22, 2)))).toBe(true);
    expect(passes(all, over6('2001::1', 6, tcp(22, 2)))).toBe(true);
    expect(passes(all, over4(uplink.v4, 6, tcp(22, 2)))).toBe(false);
    expect(passes(all, over6(uplink.v6, 6, tcp(22, 2)))).toBe(false);
  });

  test('its own addresses take echo, and of ICMP else only errors about their own packets', () => {
    expect([0, 8].map((type) => enters(over4(uplink.v4, 1, icmp(type))))).toEqual([true, true]);
    expect([128, 129].map((type) => enters(over6(uplink.v6, 58, icmp(type))))).toEqual([true, true]);
    expect([3, 5, 9, 11, 12, 13].map((type) => enters(over4(uplink.v4, 1, icmp(type))))).toEqual(Array(6).fill(false));
    expect([130, 134, 137].map((type) => enters(over6(uplink.v6, 58, icmp(type))))).toEqual(Array(3).fill(false));
    for (const protocol of [6, 17]) {
      expect(enters(over4(uplink.v4, protocol, tcp(22, 0x10)))).toBe(false);
      expect(enters(over6(uplink.v6, protocol, tcp(22, 0x10)))).toBe(false);
    }
  });

  test('what begins like ICMP but is not is judged as what it is', () => {
    expect(enters(over4(uplink.v4, 17, icmp(8)))).toBe(false);
    expect(enters(over6(uplink.v6, 17, icmp(128)))).toBe(false);
    expect(enters(over6('2001:db8::2', 17, icmp(135)))).toBe(true);
  });

  test('a fragment to its own address is dropped', () => {
    const fields = { from: router.v4, to: uplink.v4, protocol: 1, moreFragments: true };
    expect(enters(ipv4(link, fields, icmp(8)))).toBe(false);
  });

  test('it is found by ARP and neighbour discovery, pods and strangers are not', () => {
    const ask = (target: string) => arp({ ...link, to: broadcast }, { operation: 1, sender, target });
    const solicit = (target: string) => over6('ff02::1:ff00:1', 58, neighbour(135, target, macOption(1, router.mac)));
    expect([uplink.v4, '192.0.2.2', stranger.v4].map((target) => enters(ask(target)))).toEqual([true, false, false]);
    expect([uplink.v6, '2001:db8::2'].map((target) => enters(solicit(target)))).toEqual([true, false]);
    expect(enters(over6(uplink.linkLocal, 58, neighbour(136, router.v6, macOption(2, router.mac))))).toBe(true);
  });

  test('a link-local address that it was not told takes answers to neighbour solicitations, and nothing else', () => {
    expect(enters(over6('fe80::7', 58, neighbour(136, router.v6, macOption(2, router.mac))))).toBe(true);
    expect([128, 134, 135, 137].map((type) => enters(over6('fe80::7', 58, icmp(type))))).toEqual(Array(4).fill(false));
  });

  test('router advertisements are dropped', () => expect(enters(over6('ff02::1', 58, icmp(134)))).toBe(false));
});
