import { expect, test } from '@jest/globals';
import type { KernelObject } from '../plan/kernel-object.ts';
import type { Step, WireThing } from '../plan/step.ts';
import { explain } from './explain.ts';

const add = (object: WireThing): Step => ({ do: 'add', object });
const link = { object: 'link', in: 'node', name: 'x' } as const;
const vrf: WireThing = { ...link, kind: 'vrf', table: 1001 };
const bridge: WireThing = { ...link, kind: 'bridge' };
const vlan: WireThing = { ...link, kind: 'vlan', parent: 'eth1', parentIn: 'node', id: 100 };
const veth: WireThing = { ...link, kind: 'veth', peer: { in: 'pod', name: 'net1', mac: '02:00:00:00:00:01' } };
const filter: WireThing = { object: 'filter', in: 'node', dev: 'x', direction: 'ingress' };
const address: Extract<KernelObject, { object: 'address' }> = {
  object: 'address',
  in: 'pod',
  dev: 'net1',
  address: '2001:db8::2/64',
  scope: 'global',
};

test.each<[string, Step, string, RegExp]>([
  ['a capability that is missing', add(address), 'EPERM', /CAP_NET_ADMIN/],
  ['VRF devices that the kernel lacks', add(vrf), 'ENOTSUP', /CONFIG_NET_VRF.*backend: namespace and pod: rules/],
  ['another module that is missing', add(bridge), 'ENOTSUP', /cannot make bridge links/],
  ['an interface name that is taken', add(veth), 'EEXIST', /choose another in the annotation's "interface"/],
  ['a bridge without a free port', add({ ...veth, master: 'customer-a' }), 'EXFULL', /1,023 ports, and customer-a has/],
  ["somebody else's VLAN", add(vlan), 'EEXIST', /^VLAN 100 on eth1 is in use by somebody else/],
  [
    'what filters need and the kernel lacks',
    add(filter),
    'ENOENT',
    /lacks sch_ingress, cls_bpf or act_mirred .*load them/,
  ],
  ['IPv6 that is switched off', add(address), 'EACCES', /disable_ipv6/],
])('%s is told with what to do', (_, step, errno, words) => {
  expect(explain(step, errno)).toMatch(words);
});

test("for all else the kernel's own words must do", () => {
  expect(explain(add(bridge), 'EBUSY')).toBeUndefined();
});
