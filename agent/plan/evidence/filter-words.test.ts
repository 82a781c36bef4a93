/** The words are held to the programs: what they say passes, passes. */
import { describe, expect, test } from '@jest/globals';
import type { Expose } from '../../api/vrf.ts';
import { icmp, ipv4, ipv6, join, tcp, udp } from '../filters/frames.testing.ts';
import { passes } from '../filters/interpreter.testing.ts';
import { hostEnd } from '../host-end.ts';
import type { Filter } from '../kernel-object.ts';
import { linkLocalOf } from '../names.ts';
import { attachment, vrf } from '../scenarios.testing.ts';
import { filterWords } from './filter-words.ts';

const expose: Expose[] = [
  { protocol: 'tcp', port: 179 },
  { protocol: 'udp', port: 3784 },
];
const one = attachment(vrf('bridge', 'device'), 'device', { expose });

function program(direction: Filter['direction'], of = one): NonNullable<Filter['allow']> {
  const filter = hostEnd(of).find((object) => object.object === 'filter' && object.direction === direction);
  return (filter as Filter).allow!;
}

const router = { mac: '02:00:00:00:00:fe', address: '192.0.2.254' };
const towards = (protocol: number, payload: Uint8Array) =>
  ipv4({ from: router.mac, to: one.mac }, { from: router.address, to: '192.0.2.2', protocol }, payload);
const [TCP, UDP, ICMP, syn] = [6, 17, 1, 0x02];

test.each([
  ['tcp/179', towards(TCP, tcp(179, syn))],
  ['tcp/22', towards(TCP, tcp(22, syn))],
  ['udp/3784', towards(UDP, udp(3784))],
  ['udp/53', towards(UDP, udp(53))],
  ['whatever comes from udp/3784', towards(UDP, udp(40001, 3784))],
  ['whatever comes from udp/53', towards(UDP, udp(40001, 53))],
  ['ICMP echo requests', towards(ICMP, icmp(8))],
])('%s is told exactly when it passes', (what, frame) => {
  const told = filterWords(one)[1]!.passes.some((words) => words.startsWith(`${what} to 192.0.2.2, `));
  expect(told).toBe(passes(program('egress'), frame));
});

test.each(['192.0.2.2', '192.0.2.3'])('IPv4 from %s is told exactly when it passes', (from) => {
  const frame = ipv4({ from: one.mac, to: router.mac }, { from, to: router.address, protocol: TCP }, tcp(179, syn));
  const told = filterWords(one)[0]!.passes.includes(`IPv4 from ${from}`);
  expect(told).toBe(passes(program('ingress'), frame));
});

describe('an ICMP error is told exactly when it passes', () => {
  const told = (what: string) =>
    filterWords(one)[1]!.passes.some((words) => words.startsWith(`ICMP errors to ${what}`));
  const about = (packet: Uint8Array) => icmp(3, join(new Uint8Array(4), packet.subarray(14)));

  test.each([
    ['192.0.2.2', 'TCP', TCP],
    ['192.0.2.2', 'UDP', UDP],
    ['192.0.2.2', 'GRE', 47],
    ['10.244.0.7', 'TCP', TCP],
  ])("IPv4's about a packet from %s that carries %s", (from, name, protocol) => {
    const quoted = ipv4({ from: one.mac, to: router.mac }, { from, to: router.address, protocol }, tcp(179, syn));
    const isTold = told(`${from} about `) && told('192.0.2.2 about TCP, UDP and echo requests from there');
    const isCarried = ['TCP', 'UDP'].includes(name);
    expect(isTold && isCarried).toBe(passes(program('egress'), towards(ICMP, about(quoted))));
  });

  test.each(['2001:db8::2', 'fd00::7'])("IPv6's about a packet from %s", (from) => {
    const link = { from: router.mac, to: one.mac };
    const quoted = ipv6(link, { from, to: '2001:db8::fe', nextHeader: TCP }, tcp(179, syn));
    const error = ipv6(link, { from: '2001:db8::fe', to: '2001:db8::2', nextHeader: 58 }, about(quoted));
    expect(told(`${from}, ${linkLocalOf(one.mac)} about packets from there`)).toBe(passes(program('egress'), error));
  });
});

test('an attachment without IPv6 is told without it', () => {
  const words = filterWords({ ...one, addresses: ['192.0.2.2/24'] });
  expect(JSON.stringify(words)).not.toMatch(/IPv6 and|neighbour|duplicate/);
});

test('a range of ports is told by its ends', () => {
  const words = filterWords({ ...one, expose: [{ protocol: 'tcp', port: 8000, endPort: 8010 }] });
  expect(words[1]!.passes).toContain(`tcp/8000-8010 to 192.0.2.2, 2001:db8::2, ${linkLocalOf(one.mac)}`);
});

test('a routed attachment has of the gateway only what the words leave it', () => {
  const routed = attachment(vrf('routed', 'device'), 'device');
  const towardsGateway = (protocol: number, payload: Uint8Array) =>
    ipv4({ from: routed.mac, to: router.mac }, { from: '198.51.100.2', to: '169.254.1.1', protocol }, payload);
  expect(filterWords(routed)[0]!.passes.at(-1)).toMatch(/^of all that, to the gateway, .* only ARP, .* and echo$/);
  expect(passes(program('ingress', routed), towardsGateway(ICMP, icmp(8)))).toBe(true);
  expect(passes(program('ingress', routed), towardsGateway(ICMP, icmp(3)))).toBe(false);
  expect(passes(program('ingress', routed), towardsGateway(TCP, tcp(179, syn)))).toBe(false);
});
