import { expect, test } from '@jest/globals';
import type { Heard } from '../apply/listener.ts';
import { attachment, vrf } from '../plan/scenarios.testing.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import { type TouchedVrfs, touch } from './touched.ts';

const vrfs = [
  vrf('routed', 'device', { name: 'customer-a', table: 1001 }),
  vrf('bridge', 'device', { name: 'customer-b', uplink: { interface: 'eth2', vlan: 100, addresses: [] } }),
  vrf('routed', 'namespace', { name: 'customer-c', uplink: { interface: 'eth3', addresses: [] } }),
];
const records = vrfs.map(
  (of): AttachmentRecord => ({
    version: 1,
    owner: { namespace: 'bgp', pod: 'speaker-0', containerId: of.name, interface: 'net1' },
    network: 'cluster',
    attachment: attachment(of, 'rules', { hostEnd: `host-${of.name.at(-1)}` }),
  }),
);
const nothing: Heard = { links: new Set(), ports: new Set(), tables: new Map(), place: false, lost: false };

/** `VRF`, `VRF host-end`, `VRF *` for all of its host ends. */
function touched(place: 'node' | `vrf/${string}`, heard: Partial<Heard>): string[] {
  const result: TouchedVrfs = new Map();
  const any = touch(result, place, { ...nothing, ...heard }, vrfs, records);
  expect(any).toBe(result.size > 0);
  return [...result].flatMap(([name, { all, hostEnds }]) => [all ? `${name} *` : [name, ...hostEnds].join(' ')]);
}

test.each<[string, Partial<Heard>, string[]]>([
  ["a VRF's device", { links: new Set(['customer-a']) }, ['customer-a']],
  ["a VLAN device's interface", { links: new Set(['eth2']) }, ['customer-b']],
  ['an uplink that came back from its namespace', { links: new Set(['eth3']) }, ['customer-c']],
  ['a host end', { links: new Set(['host-a']) }, ['customer-a host-a']],
  ['a forwarding entry of a host end', { ports: new Set(['host-b']) }, ['customer-b host-b']],
  ['what a bridge learns at its uplink', { ports: new Set(['eth2.100']) }, []],
  ['a route to a host end', { tables: new Map([[1001, new Set(['host-a'])]]) }, ['customer-a host-a']],
  ['a route of the VRF elsewhere', { tables: new Map([[1001, new Set(['eth9'])]]) }, ['customer-a *']],
  ['a route of another table', { tables: new Map([[254, new Set(['eth0'])]]) }, []],
  ["somebody else's link", { links: new Set(['cni0', 'eth0']) }, []],
  ['a rule', { place: true }, ['customer-a', 'customer-b']],
  ['lost announcements', { lost: true }, ['customer-a *', 'customer-b *']],
])('on the node %s touches what it concerns', (_, heard, expected) => {
  expect(touched('node', heard)).toEqual(expected);
});

test("in a VRF's namespace its routes are in table main", () => {
  expect(touched('vrf/customer-c', { tables: new Map([[254, new Set(['host-c'])]]) })).toEqual(['customer-c host-c']);
});
