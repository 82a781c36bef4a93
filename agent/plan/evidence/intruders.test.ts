import { expect, test } from '@jest/globals';
import { intrudersOf, type Neighbour } from './intruders.ts';
import { scenes } from './scenes.testing.ts';

const bridge = scenes['bridge, device']!;
const namespace = scenes['routed, namespace']!;
const { hostEnd } = bridge.attachment;

const link = (index: number, name: string, rest: Partial<Neighbour> = {}): Neighbour => ({
  index,
  name,
  up: true,
  alias: undefined,
  kind: undefined,
  master: 0,
  link: 0,
  ...rest,
});
const sound = [
  link(1, 'lo'),
  link(2, 'eth0'),
  link(3, 'eth1', { master: 9 }),
  link(4, hostEnd, { kind: 'veth', link: 3, master: 9, alias: bridge.attachment.alias }),
  link(9, 'customer-a', { kind: 'bridge' }),
];

test.each<[string, Neighbour[]]>([
  ['the uplink and the host ends', []],
  [
    'a host end whose record was lost',
    [link(5, 'mv000000000000', { master: 9, alias: 'multivrf:customer-a:bgp/x:net1' })],
  ],
  ['a port of another bridge', [link(5, 'eth7', { master: 8 })]],
  ["another VRF's VLAN on the uplink", [link(5, 'eth1.7', { kind: 'vlan', link: 3, alias: 'multivrf:customer-b' })]],
  ["a veth whose peer has the uplink's number elsewhere", [link(5, 'veth0', { kind: 'veth', link: 3 })]],
])('%s are no intruders', (_, links) => {
  expect(intrudersOf(bridge, [...sound, ...links])).toEqual([]);
});

test.each<[string, Neighbour]>([
  ["interface eth7, which is not multivrf's, is in VRF customer-a", link(5, 'eth7', { master: 9 })],
  ['vlan v7 on eth1 takes frames of VRF customer-a', link(5, 'v7', { kind: 'vlan', link: 3 })],
  [`macvlan m0 on ${hostEnd} takes frames of VRF customer-a`, link(5, 'm0', { kind: 'macvlan', link: 4 })],
])('%s', (words, intruder) => {
  expect(intrudersOf(bridge, [...sound, intruder])).toEqual([{ kind: 'interface', text: words }]);
});

test('a namespace that routes has no interface but its own that is up', () => {
  const inside = [link(1, 'lo'), link(2, 'eth1'), link(3, hostEnd, { kind: 'veth' }), link(4, 'tunl0', { up: false })];
  expect(intrudersOf(namespace, inside)).toEqual([]);
  expect(intrudersOf(namespace, [...inside, link(5, 'eth7')])).toHaveLength(1);
});
