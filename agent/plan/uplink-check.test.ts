import { expect, test } from '@jest/globals';
import type { NodeUplink } from './desired.ts';
import type { LinkState } from './observed.ts';
import { vrf } from './scenarios.testing.ts';
import { checkUplink, type UplinkState } from './uplink-check.ts';

const link = (rest: Partial<LinkState> = {}): LinkState => ({
  name: 'eth1',
  kind: undefined,
  up: true,
  master: '',
  ...rest,
});
const plain: NodeUplink = { interface: 'eth1', addresses: [] };
const tagged = { ...plain, vlan: 100 };
const check = (state: Partial<UplinkState>, uplink = plain) => {
  checkUplink(vrf('bridge', 'device'), uplink, {
    parent: link(),
    addresses: [],
    vlanDevice: undefined,
    others: [],
    ...state,
  });
};

test.each<[string, Partial<UplinkState>]>([
  ['nobody has taken', {}],
  ['this VRF has taken', { parent: link({ master: 'customer-a' }) }],
  [
    'this VRF has taken, with addresses of its own',
    { parent: link({ master: 'customer-a' }), addresses: ['192.0.2.1/24'] },
  ],
])('an interface that %s may be the uplink', (_, state) => {
  expect(() => check(state)).not.toThrow();
});

test("an interface that carries the node's default route, or something built on it, is an obstacle", () => {
  const uses = ['default route 0.0.0.0/0 via 203.0.113.1', 'vxlan flannel.1'];
  expect(() => check({ uses })).toThrow(
    "uplink eth1 carries the node's own default route 0.0.0.0/0 via 203.0.113.1, vxlan flannel.1",
  );
  expect(() => check({ uses }, tagged)).not.toThrow();
});

test("a VLAN on an interface that carries the node's traffic may be the uplink", () => {
  expect(() => check({ parent: link({ master: 'br0' }), addresses: ['10.0.0.5/24'] }, tagged)).not.toThrow();
  expect(() => check({ vlanDevice: link({ alias: 'multivrf:customer-a' }) }, tagged)).not.toThrow();
});

test('an address that somebody else put there is an obstacle, though the VRF is to have the same', () => {
  const uplink = { interface: 'eth1', addresses: ['192.0.2.1/24'] };
  expect(() => check({ addresses: ['192.0.2.1/24'] }, uplink)).toThrow("the node's own address 192.0.2.1/24");
});

test.each<[NodeUplink, NodeUplink, string]>([
  [plain, plain, 'uplink eth1 belongs to VRF customer-b already'],
  [tagged, tagged, 'uplink VLAN 100 on eth1 belongs to VRF customer-b already'],
  [plain, tagged, 'uplink eth1 belongs to VRF customer-b (uplink VLAN 100 on eth1) already'],
  [tagged, plain, 'uplink VLAN 100 on eth1 belongs to VRF customer-b (uplink eth1) already'],
])('two VRFs do not share an uplink: %j and %j', (ours, theirs, message) => {
  const others = [{ ...vrf('bridge', 'device'), name: 'customer-b', uplink: theirs }];
  expect(() => check({ others }, ours)).toThrow(message);
});

test('two VRFs have VLANs of their own on one interface', () => {
  const others = [{ ...vrf('bridge', 'device'), name: 'customer-b', uplink: { ...plain, vlan: 200 } }];
  expect(() => check({ others }, tagged)).not.toThrow();
});

test.each<[string, Partial<UplinkState>, string]>([
  ['missing', { parent: undefined }, 'uplink eth1 does not exist on this node'],
  ["another bridge's port", { parent: link({ master: 'br0' }) }, 'uplink eth1 belongs to bridge or VRF br0 already'],
  [
    "the node's own",
    { addresses: ['10.0.0.5/24', '2001:db8::5/64'] },
    "uplink eth1 carries the node's own address 10.0.0.5/24, 2001:db8::5/64",
  ],
])('an interface that is %s is refused', (_, state, message) => {
  expect(() => check(state)).toThrow(message);
});

test('a VLAN that another VRF has made is refused', () => {
  const other = { vlanDevice: link({ name: 'eth1.100', alias: 'multivrf:customer-b' }) };
  expect(() => check(other, tagged)).toThrow('uplink VLAN 100 on eth1 belongs to VRF customer-b already');
  expect(() => check({ parent: undefined }, tagged)).toThrow('uplink eth1 does not exist');
});
