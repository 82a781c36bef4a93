import { describe, expect, test } from '@jest/globals';
import { antiSpoofing } from './anti-spoofing.ts';
import {
  arp,
  broadcast,
  extension,
  icmp,
  ipv4,
  ipv6,
  join,
  macOption,
  neighbour,
  overwritten,
  tagged,
  tcp,
  u8,
  udp,
} from './frames.testing.ts';
import { passes } from './interpreter.testing.ts';
import { addresses, pod, podGroup, router, stranger } from './scene.testing.ts';

const program = antiSpoofing({ mac: pod.mac, addresses, gatewayMode: false });
const says = (frame: Uint8Array) => passes(program, frame);

const link = { from: pod.mac, to: router.mac };
const toAll = { from: pod.mac, to: broadcast };
const sender = [pod.mac, pod.v4] as const;
const over4 = (protocol: number, payload: Uint8Array) => ipv4(link, { from: pod.v4, to: router.v4, protocol }, payload);
const over6 = (nextHeader: number, payload: Uint8Array) =>
  ipv6(link, { from: pod.v6, to: router.v6, nextHeader }, payload);
const nonce = join(u8(14, 1), new Uint8Array(6));

describe('Ethernet', () => {
  test('a frame in the name of the pod passes', () => expect(says(over4(6, tcp(179, 2)))).toBe(true));

  test('a frame from another MAC is dropped', () => {
    expect(says(ipv4({ ...link, from: stranger.mac }, { from: pod.v4, to: router.v4, protocol: 6 }, tcp(179, 2)))).toBe(
      false,
    );
  });

  test('a tagged frame is dropped, whether the tag is in its bytes or in the metadata of the kernel', () => {
    expect(says(tagged(over4(6, tcp(179, 2))))).toBe(false);
    expect(passes(program, { frame: over4(6, tcp(179, 2)), isTagged: true })).toBe(false);
  });

  test.each(['01:80:c2:00:00:00', '01:80:c2:00:00:0e', '01:80:c2:00:00:0f'])('a frame to %s is dropped', (to) => {
    expect(says(arp({ from: pod.mac, to }, { operation: 1, sender, target: router.v4 }))).toBe(false);
  });

  test('01:80:c2:00:00:10 is an ordinary group', () => {
    const link = { from: pod.mac, to: '01:80:c2:00:00:10' };
    expect(says(arp(link, { operation: 1, sender, target: router.v4 }))).toBe(true);
  });

  test('a type other than ARP, IPv4 and IPv6 is dropped', () => {
    expect(says(join(over4(6, tcp(179, 2)).subarray(0, 12), u8(0x88, 0xcc), new Uint8Array(46)))).toBe(false);
  });
});

describe('ARP', () => {
  test('a question and an answer in the name of the pod pass', () => {
    expect(says(arp(toAll, { operation: 1, sender, target: router.v4 }))).toBe(true);
    expect(says(arp(link, { operation: 2, sender, target: router.v4 }))).toBe(true);
  });

  test('a gratuitous one for its own address passes', () => {
    expect(says(arp(toAll, { operation: 1, sender, target: pod.v4 }))).toBe(true);
  });

  test('another address or MAC as its sender is dropped', () => {
    expect(says(arp(link, { operation: 2, sender: [pod.mac, stranger.v4], target: router.v4 }))).toBe(false);
    expect(says(arp(link, { operation: 2, sender: [stranger.mac, pod.v4], target: router.v4 }))).toBe(false);
  });

  test('a probe passes for its own address only, and only as a question', () => {
    const nobody = [pod.mac, '0.0.0.0'] as const;
    expect(says(arp(toAll, { operation: 1, sender: nobody, target: pod.v4 }))).toBe(true);
    expect(says(arp(toAll, { operation: 1, sender: nobody, target: stranger.v4 }))).toBe(false);
    expect(says(arp(toAll, { operation: 2, sender: nobody, target: pod.v4 }))).toBe(false);
  });

  test('a question from another address is dropped, also about its own', () => {
    expect(says(arp(toAll, { operation: 1, sender: [pod.mac, stranger.v4], target: pod.v4 }))).toBe(false);
  });

  test('addresses of other lengths are dropped', () => {
    const frame = arp(link, { operation: 1, sender, target: router.v4 });
    expect(says(overwritten(frame, 18, u8(8, 4)))).toBe(false);
    expect(says(overwritten(frame, 18, u8(6, 16)))).toBe(false);
  });

  test('other hardware and other operations are dropped', () => {
    expect(says(arp(link, { operation: 1, sender, target: router.v4, hardwareType: 6 }))).toBe(false);
    expect(says(arp(link, { operation: 3, sender, target: router.v4 }))).toBe(false);
  });
});

describe('IPv4', () => {
  test('another source is dropped', () => {
    expect(says(ipv4(link, { from: stranger.v4, to: router.v4, protocol: 6 }, tcp(179, 2)))).toBe(false);
  });

  test('fragments and options pass', () => {
    const fields = { from: pod.v4, to: router.v4, protocol: 17 };
    expect(says(ipv4(link, { ...fields, moreFragments: true }, udp(53)))).toBe(true);
    expect(says(ipv4(link, { ...fields, fragmentOffset: 1 }, u8(5, 0)))).toBe(true);
    expect(says(ipv4(link, { ...fields, options: u8(0x94, 4, 0, 0) }, udp(53)))).toBe(true);
  });

  test('another version in its first byte, or a header too short, is dropped', () => {
    for (const first of [0x65, 0x44]) {
      const frame = over4(6, tcp(179, 2));
      frame[14] = first;
      expect(says(frame)).toBe(false);
    }
  });

  test.each([
    ['echo request', 8, true],
    ['destination unreachable', 3, true],
    ['redirect', 5, false],
    ['router advertisement', 9, false],
  ])('ICMP %s (%i) passes: %s', (_, type, expected) => expect(says(over4(1, icmp(type)))).toBe(expected));

  test('a redirect behind IP options is seen', () => {
    const fields = { from: pod.v4, to: router.v4, protocol: 1, options: u8(1, 1, 1, 1) };
    expect(says(ipv4(link, fields, icmp(5)))).toBe(false);
  });

  test('a later fragment has no type: its first byte is payload', () => {
    expect(says(ipv4(link, { from: pod.v4, to: router.v4, protocol: 1, fragmentOffset: 1 }, icmp(5)))).toBe(true);
  });

  test('an IGMP report passes, a query is dropped', () => {
    expect(says(over4(2, icmp(0x22)))).toBe(true);
    expect(says(over4(2, icmp(0x11)))).toBe(false);
  });
});

describe('IPv6', () => {
  test.each([
    ['the global', pod.v6],
    ['the link-local', pod.linkLocal],
  ])('%s address of the pod passes as source', (_, from) => {
    expect(says(ipv6(link, { from, to: router.v6, nextHeader: 6 }, tcp(179, 2)))).toBe(true);
  });

  test.each([stranger.v6, 'fe80::99', '::', '::1'])('source %s is dropped', (from) => {
    expect(says(ipv6(link, { from, to: router.v6, nextHeader: 6 }, tcp(179, 2)))).toBe(false);
  });

  test.each([
    ['destination unreachable', 1, true],
    ['packet too big', 2, true],
    ['echo request', 128, true],
    ['echo reply', 129, true],
    ['MLD query', 130, false],
    ['router solicitation', 133, false],
    ['router advertisement', 134, false],
    ['redirect', 137, false],
    ['multicast router advertisement', 151, false],
  ])('ICMPv6 %s (%i) passes: %s', (_, type, expected) => expect(says(over6(58, icmp(type)))).toBe(expected));

  test.each([
    ['MLD report', 131, true],
    ['MLD done', 132, true],
    ['MLDv2 report', 143, true],
    ['MLD query', 130, false],
    ['router advertisement', 134, false],
  ])('behind hop-by-hop options an %s (%i) passes: %s', (_, type, expected) => {
    expect(says(over6(0, extension(58, icmp(type))))).toBe(expected);
  });

  test('hop-by-hop options in front of anything else, or longer than 8 bytes, are dropped', () => {
    expect(says(over6(0, extension(6, tcp(179, 2))))).toBe(false);
    expect(says(over6(0, join(u8(58, 1), new Uint8Array(6), icmp(143), icmp(134))))).toBe(false);
  });

  test.each([134, 135, 136])('TCP that begins with %i, like ICMPv6 of that type, is TCP', (first) => {
    expect(says(overwritten(over6(6, tcp(179, 2)), 54, u8(first)))).toBe(true);
  });

  test.each([43, 51, 60, 135, 139, 140])('extension header %i is dropped', (header) => {
    expect(says(over6(header, extension(58, icmp(134))))).toBe(false);
  });

  test('fragments pass', () => expect(says(over6(44, extension(17, udp(53))))).toBe(true));

  test.each([58, 0, 43, 44, 51, 60, 135])('a fragment that hides header %i is dropped', (header) => {
    expect(says(over6(44, extension(header, icmp(128))))).toBe(false);
  });
});

describe('neighbour discovery', () => {
  const solicitation = (...options: Uint8Array[]) => over6(58, neighbour(135, router.v6, ...options));
  const advertisement = (target: string, ...options: Uint8Array[]) => over6(58, neighbour(136, target, ...options));

  test('a solicitation passes with the MAC of the pod or none', () => {
    expect(says(solicitation(macOption(1, pod.mac)))).toBe(true);
    expect(says(solicitation())).toBe(true);
  });

  test('a solicitation with another MAC is dropped, also in a second option', () => {
    expect(says(solicitation(macOption(1, stranger.mac)))).toBe(false);
    expect(says(solicitation(macOption(1, pod.mac), macOption(1, stranger.mac)))).toBe(false);
    expect(says(solicitation(nonce, macOption(1, stranger.mac)))).toBe(false);
  });

  test('an option of another kind is dropped', () => {
    expect(says(solicitation(macOption(2, pod.mac)))).toBe(false);
    expect(says(advertisement(pod.v6, macOption(1, pod.mac)))).toBe(false);
  });

  test('an advertisement passes for an address of the pod with its MAC', () => {
    expect(says(advertisement(pod.v6, macOption(2, pod.mac)))).toBe(true);
    expect(says(advertisement(pod.linkLocal))).toBe(true);
  });

  test('an advertisement for another address or with another MAC is dropped', () => {
    expect(says(advertisement(stranger.v6, macOption(2, pod.mac)))).toBe(false);
    expect(says(advertisement(pod.v6, macOption(2, stranger.mac)))).toBe(false);
  });

  test('duplicate address detection passes for its own addresses, with a nonce or without', () => {
    const detection = (target: string, ...options: Uint8Array[]) =>
      ipv6(
        { from: pod.mac, to: '33:33:ff:00:00:02' },
        { from: '::', to: podGroup, nextHeader: 58 },
        neighbour(135, target, ...options),
      );
    expect(says(detection(pod.v6))).toBe(true);
    expect(says(detection(pod.v6, nonce))).toBe(true);
    expect(says(detection(stranger.v6))).toBe(false);
    expect(says(detection(pod.v6, macOption(1, stranger.mac)))).toBe(false);
    expect(says(detection(pod.v6, nonce, macOption(1, stranger.mac)))).toBe(false);
  });
});

test('nothing but ICMPv6 comes from the unspecified address', () => {
  const looksLikeDetection = neighbour(135, pod.v6);
  expect(says(ipv6(link, { from: '::', to: podGroup, nextHeader: 17 }, looksLikeDetection))).toBe(false);
});

test('a pod without addresses of a family cannot speak it', () => {
  const only4 = antiSpoofing({ mac: pod.mac, addresses: [pod.v4], gatewayMode: false });
  const only6 = antiSpoofing({ mac: pod.mac, addresses: [pod.v6], gatewayMode: false });
  expect(passes(only4, over6(6, tcp(179, 2)))).toBe(false);
  expect(passes(only6, over4(6, tcp(179, 2)))).toBe(false);
  expect(passes(only6, arp(link, { operation: 1, sender, target: router.v4 }))).toBe(false);
});

test('with 32 addresses of each family every one of them passes', () => {
  const v4 = Array.from({ length: 32 }, (_, i) => `192.0.2.${i + 1}`);
  const v6 = Array.from({ length: 32 }, (_, i) => `2001:db8::${(i + 1).toString(16)}`);
  const many = antiSpoofing({ mac: pod.mac, addresses: [...v4, ...v6], gatewayMode: false });
  const dropped = [
    ...v4.map((from) => ipv4(link, { from, to: router.v4, protocol: 6 }, tcp(179, 2))),
    ...v6.map((from) => ipv6(link, { from, to: router.v6, nextHeader: 6 }, tcp(179, 2))),
    ...v6.map((target) => ipv6(link, { from: target, to: router.v6, nextHeader: 58 }, neighbour(136, target))),
  ].filter((frame) => !passes(many, frame));
  expect(dropped).toEqual([]);
});

test('a malformed MAC is an error', () => {
  expect(() => antiSpoofing({ mac: '02:00:5e', addresses, gatewayMode: false })).toThrow('02:00:5e: not a MAC');
});
