import { describe, expect, test } from '@jest/globals';
import { towardsPod } from './expose.ts';
import {
  arp,
  broadcast,
  extension,
  icmp,
  ipv4,
  ipv6,
  macOption,
  neighbour,
  tagged,
  tcp,
  u8,
  udp,
} from './frames.testing.ts';
import { passes } from './interpreter.testing.ts';
import { addresses, pod, podGroup, router, stranger } from './scene.testing.ts';

const program = towardsPod({
  addresses,
  expose: [{ protocol: 'tcp', port: 179 }, { protocol: 'udp', port: 3784 }, { protocol: 'icmp' }],
});
const nothingExposed = towardsPod({ addresses, expose: [] });
const reaches = (frame: Uint8Array) => passes(program, frame);

const link = { from: router.mac, to: pod.mac };
const toAll = { from: router.mac, to: broadcast };
const sender = [router.mac, router.v4] as const;
const [syn, ack, rst] = [0x02, 0x10, 0x04];
const over4 = (protocol: number, payload: Uint8Array, to: string = pod.v4) =>
  ipv4(link, { from: router.v4, to, protocol }, payload);
const over6 = (nextHeader: number, payload: Uint8Array, to: string = pod.v6, hopLimit = 64) =>
  ipv6(link, { from: router.v6, to, nextHeader, hopLimit }, payload);

describe.each([
  ['IPv4', over4, stranger.v4],
  ['IPv6', over6, stranger.v6],
])('over %s', (_, over, another) => {
  test('a listed TCP port can be opened, another not', () => {
    expect(reaches(over(6, tcp(179, syn)))).toBe(true);
    expect(reaches(over(6, tcp(22, syn)))).toBe(false);
  });

  test('TCP answers to connections of the pod pass: with ACK set, or a bare reset', () => {
    expect([syn | ack, ack, rst].map((flags) => reaches(over(6, tcp(40001, flags))))).toEqual([true, true, true]);
  });

  test('a listed UDP port is reached, another not', () => {
    expect(reaches(over(17, udp(3784)))).toBe(true);
    expect(reaches(over(17, udp(179)))).toBe(false);
  });

  test('UDP answers pass from a listed port, not from another', () => {
    expect(reaches(over(17, udp(40001, 3784)))).toBe(true);
    expect(reaches(over(17, udp(40001, 53)))).toBe(false);
    expect(reaches(over(17, udp(40001, 3784), another))).toBe(false);
  });

  test('another destination is dropped', () => {
    expect(reaches(over(6, tcp(179, syn), another))).toBe(false);
    expect(reaches(over(6, tcp(40001, ack), another))).toBe(false);
  });

  test('any other protocol is dropped', () => expect(reaches(over(47, icmp(0)))).toBe(false));
});

describe('frames', () => {
  test('a tagged frame is dropped, whether the tag is in its bytes or in the metadata of the kernel', () => {
    expect(reaches(tagged(over4(6, tcp(179, syn))))).toBe(false);
    expect(passes(program, { frame: over4(6, tcp(179, syn)), isTagged: true })).toBe(false);
  });
});

describe('IPv4', () => {
  test('fragments are dropped, the first and the later', () => {
    const fields = { from: router.v4, to: pod.v4, protocol: 6 };
    expect(reaches(ipv4(link, { ...fields, moreFragments: true }, tcp(179, syn)))).toBe(false);
    expect(reaches(ipv4(link, { ...fields, fragmentOffset: 1 }, tcp(179, syn)))).toBe(false);
  });

  test('the port is found behind IP options', () => {
    const fields = { from: router.v4, to: pod.v4, protocol: 6, options: u8(1, 1, 1, 1) };
    expect(reaches(ipv4(link, fields, tcp(179, syn)))).toBe(true);
    expect(reaches(ipv4(link, fields, tcp(22, syn)))).toBe(false);
  });

  test.each(['224.0.0.1', '255.255.255.255', '192.0.2.255'])('%s is dropped', (to) => {
    expect(reaches(over4(17, udp(3784), to))).toBe(false);
  });

  test.each([
    ['echo reply', 0, true],
    ['redirect', 5, false],
    ['router advertisement', 9, false],
    ['timestamp', 13, false],
  ])('ICMP %s (%i) passes: %s, exposed or not', (_, type, expected) => {
    expect(reaches(over4(1, icmp(type)))).toBe(expected);
    expect(passes(nothingExposed, over4(1, icmp(type)))).toBe(expected);
  });

  test('ICMP echo request passes only if exposed', () => {
    expect(reaches(over4(1, icmp(8)))).toBe(true);
    expect(passes(nothingExposed, over4(1, icmp(8)))).toBe(false);
  });
});

describe('a range of ports', () => {
  const ranged = towardsPod({ addresses, expose: [{ protocol: 'tcp', port: 5000, endPort: 5010 }] });

  test.each([
    [4999, false],
    [5000, true],
    [5005, true],
    [5010, true],
    [5011, false],
  ])('port %i passes: %s', (port, expected) => {
    expect(passes(ranged, over4(6, tcp(port, syn)))).toBe(expected);
    expect(passes(ranged, over6(6, tcp(port, syn)))).toBe(expected);
    expect(passes(ranged, over4(17, udp(port)))).toBe(false);
  });
});

test('any port can be exposed, whatever numbers the programs are put together with', () => {
  const all = [...Array(65_535).keys()].map((port) => port + 1).filter((port) => port % 97 === 0 || port === 0xd4e5);
  const wrong = all.filter((port) => {
    const exposing = towardsPod({ addresses, expose: [{ protocol: 'tcp', port }] });
    return !passes(exposing, over4(6, tcp(port, syn))) || passes(exposing, over4(6, tcp(0, syn)));
  });
  expect(wrong).toEqual([]);
});

describe('IPv6', () => {
  test.each([0, 43, 44, 51, 60, 135])('extension header %i is dropped', (header) => {
    expect(reaches(over6(header, extension(6, tcp(179, syn))))).toBe(false);
  });

  test.each([
    ['echo reply', 129, true],
    ['MLD query', 130, false],
    ['router advertisement', 134, false],
    ['redirect', 137, false],
  ])('ICMPv6 %s (%i) passes: %s, exposed or not', (_, type, expected) => {
    expect(reaches(over6(58, icmp(type), pod.v6, 255))).toBe(expected);
    expect(passes(nothingExposed, over6(58, icmp(type), pod.v6, 255))).toBe(expected);
  });

  test('ICMPv6 echo request passes only if exposed', () => {
    expect(reaches(over6(58, icmp(128)))).toBe(true);
    expect(passes(nothingExposed, over6(58, icmp(128)))).toBe(false);
  });

  test('echo requests and router advertisements to all nodes are dropped', () => {
    expect([128, 134].map((type) => reaches(over6(58, icmp(type), 'ff02::1', 255)))).toEqual([false, false]);
  });
});

describe('ARP', () => {
  test('questions for the address of the pod and answers to it pass', () => {
    expect(reaches(arp(toAll, { operation: 1, sender, target: pod.v4 }))).toBe(true);
    expect(reaches(arp(link, { operation: 2, sender, target: pod.v4 }))).toBe(true);
  });

  test('a neighbour announces its own new MAC', () => {
    expect(reaches(arp(toAll, { operation: 1, sender, target: router.v4 }))).toBe(true);
    expect(reaches(arp(toAll, { operation: 2, sender, target: router.v4 }))).toBe(true);
  });

  test('questions for another address are dropped', () => {
    expect(reaches(arp(toAll, { operation: 1, sender, target: stranger.v4 }))).toBe(false);
  });

  test('ARP of other hardware is dropped', () => {
    expect(reaches(arp(toAll, { operation: 1, sender, target: pod.v4, hardwareType: 6 }))).toBe(false);
  });
});

describe('neighbour discovery', () => {
  const solicit = (target: string, to: string, hopLimit = 255) =>
    over6(58, neighbour(135, target, macOption(1, router.mac)), to, hopLimit);
  const advertise = (to: string, hopLimit = 255) =>
    over6(58, neighbour(136, router.v6, macOption(2, router.mac)), to, hopLimit);

  test('a solicitation for the pod passes, to its group or to itself', () => {
    expect(reaches(solicit(pod.v6, podGroup))).toBe(true);
    expect(reaches(solicit(pod.v6, pod.v6))).toBe(true);
    expect(reaches(solicit(pod.linkLocal, 'ff02::1:ff10:1'))).toBe(true);
  });

  test('a solicitation for another address or group is dropped', () => {
    expect(reaches(solicit(stranger.v6, podGroup))).toBe(false);
    expect(reaches(solicit(pod.v6, 'ff02::1'))).toBe(false);
  });

  test('an advertisement passes, to the pod or to all nodes', () => {
    expect(reaches(advertise(pod.v6))).toBe(true);
    expect(reaches(advertise('ff02::1'))).toBe(true);
    expect(reaches(advertise('ff02::2'))).toBe(false);
    expect(reaches(advertise(stranger.v6))).toBe(false);
  });

  test('what a router has forwarded is dropped', () => {
    expect(reaches(solicit(pod.v6, podGroup, 254))).toBe(false);
    expect(reaches(advertise(pod.v6, 254))).toBe(false);
  });
});
