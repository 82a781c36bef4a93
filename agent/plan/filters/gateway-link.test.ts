import { describe, expect, test } from '@jest/globals';
import { antiSpoofing } from './anti-spoofing.ts';
import { arp, broadcast, extension, icmp, ipv4, ipv6, macOption, neighbour, tcp, udp } from './frames.testing.ts';
import { passes } from './interpreter.testing.ts';
import { addresses, pod, router, stranger } from './scene.testing.ts';

/** The node's on its uplink, and its broadcast address there. */
const node = { v4: '203.0.113.77', broadcast: '203.0.113.255', v6: '2001:db8:77::1' };

const program = antiSpoofing({ mac: pod.mac, addresses, gatewayMode: true, nodeAddresses: Object.values(node) });
const says = (frame: Uint8Array) => passes(program, frame);

const gateway = { mac: '02:00:5e:20:00:01', v4: '169.254.1.1', v6: 'fe80::1' };
const link = { from: pod.mac, to: gateway.mac };
const toAll = { from: pod.mac, to: broadcast };
const sender = [pod.mac, pod.v4] as const;
const over4 = (to: string, protocol: number, payload: Uint8Array) =>
  ipv4(link, { from: pod.v4, to, protocol }, payload);
const over6 = (to: string, nextHeader: number, payload: Uint8Array) =>
  ipv6(link, { from: pod.v6, to, nextHeader }, payload);

describe('beyond the link', () => {
  test('any unicast destination passes', () => {
    expect(says(over4('203.0.113.1', 6, tcp(179, 2)))).toBe(true);
    expect(says(over6('2001:db8:1::1', 6, tcp(179, 2)))).toBe(true);
    expect(says(over6('2001:db8:1::1', 44, extension(17, udp(53))))).toBe(true);
  });

  test('another source is dropped as in bridge mode', () => {
    expect(says(ipv4(link, { from: stranger.v4, to: '203.0.113.1', protocol: 6 }, tcp(179, 2)))).toBe(false);
    expect(says(ipv6(link, { from: stranger.v6, to: '2001:db8:1::1', nextHeader: 6 }, tcp(179, 2)))).toBe(false);
  });

  test('a unicast packet in a broadcast frame is dropped', () => {
    expect(says(ipv4(toAll, { from: pod.v4, to: '203.0.113.1', protocol: 6 }, tcp(179, 2)))).toBe(false);
    expect(says(ipv6(toAll, { from: pod.v6, to: '2001:db8:1::1', nextHeader: 6 }, tcp(179, 2)))).toBe(false);
  });
});

describe('on the link', () => {
  test.each(['224.0.0.5', '239.255.255.255', '255.255.255.255', '169.254.1.1', '169.254.169.254'])(
    'UDP to %s is dropped',
    (to) => expect(says(over4(to, 17, udp(53)))).toBe(false),
  );

  test.each(['ff02::1', 'ff05::2', 'fe80::1', 'febf::1', router.linkLocal])('UDP to %s is dropped', (to) => {
    expect(says(over6(to, 17, udp(53)))).toBe(false);
  });

  test('echo to the gateway passes, and the answer to its own', () => {
    expect([8, 0].map((type) => says(over4(gateway.v4, 1, icmp(type))))).toEqual([true, true]);
    expect([128, 129].map((type) => says(over6(gateway.v6, 58, icmp(type))))).toEqual([true, true]);
  });

  test('other ICMP to the gateway is dropped, and echo to others on the link', () => {
    expect(says(over4(gateway.v4, 1, icmp(13)))).toBe(false);
    expect(says(over6(gateway.v6, 58, icmp(1)))).toBe(false);
    expect(says(over4('169.254.1.2', 1, icmp(8)))).toBe(false);
    expect(says(over6(router.linkLocal, 58, icmp(128)))).toBe(false);
    expect(says(over6('ff02::1', 58, icmp(128)))).toBe(false);
  });

  test('UDP that begins like an echo is UDP', () => {
    expect(says(over4(gateway.v4, 17, icmp(8)))).toBe(false);
    expect(says(over6(gateway.v6, 17, icmp(128)))).toBe(false);
  });

  test('a fragmented echo to the gateway is dropped', () => {
    const fields = { from: pod.v4, to: gateway.v4, protocol: 1 };
    expect(says(ipv4(link, { ...fields, moreFragments: true }, icmp(8)))).toBe(false);
    expect(says(ipv4(link, { ...fields, fragmentOffset: 1 }, icmp(8)))).toBe(false);
  });

  test('MLD reports are dropped', () => expect(says(over6('ff02::16', 0, extension(58, icmp(143))))).toBe(false));
});

describe("the node's own addresses in the VRF", () => {
  test('answer echo', () => {
    expect(says(over4(node.v4, 1, icmp(8)))).toBe(true);
    expect(says(over6(node.v6, 58, icmp(128)))).toBe(true);
  });

  test.each([node.v4, node.broadcast])('are no service: TCP and UDP to %s are dropped', (to) => {
    expect([over4(to, 6, tcp(10250, 2)), over4(to, 17, udp(53))].map(says)).toEqual([false, false]);
  });

  test('are no service by IPv6 either, in fragments or behind extension headers', () => {
    const hidden = [over6(node.v6, 44, extension(17, udp(53))), over6(node.v6, 0, extension(58, icmp(143)))];
    expect([over6(node.v6, 6, tcp(10250, 2)), over6(node.v6, 17, udp(53)), ...hidden].map(says)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('finding the gateway', () => {
  test('ARP asks for the gateway or announces the pod, and nothing else', () => {
    expect(says(arp(toAll, { operation: 1, sender, target: gateway.v4 }))).toBe(true);
    expect(says(arp(toAll, { operation: 1, sender, target: pod.v4 }))).toBe(true);
    expect(says(arp(toAll, { operation: 1, sender, target: router.v4 }))).toBe(false);
  });

  test('ARP answers whoever asked', () => {
    expect(says(arp(link, { operation: 2, sender, target: router.v4 }))).toBe(true);
  });

  test('a solicitation asks for the gateway, and for nobody else', () => {
    const solicit = (target: string) => over6('ff02::1:ff00:1', 58, neighbour(135, target, macOption(1, pod.mac)));
    expect(says(solicit(gateway.v6))).toBe(true);
    expect(says(solicit(stranger.v6))).toBe(false);
  });

  test('an advertisement of its own address passes', () => {
    expect(says(over6(gateway.v6, 58, neighbour(136, pod.v6, macOption(2, pod.mac))))).toBe(true);
    expect(says(over6('ff02::1', 58, neighbour(136, pod.v6, macOption(2, pod.mac))))).toBe(true);
  });
});

test("a node address that looks like a template's placeholder (90.0.0.0) is told from the pod's", () => {
  const like = antiSpoofing({ mac: pod.mac, addresses, gatewayMode: true, nodeAddresses: ['90.0.0.0', '90.0.0.1'] });
  expect(passes(like, over4('90.0.0.0', 17, udp(53)))).toBe(false);
  expect(passes(like, over4('90.0.0.2', 17, udp(53)))).toBe(true);
});
