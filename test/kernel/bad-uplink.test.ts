/** An uplink that a VRF cannot have is one error that names it and who has it, and stays as it is. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { hasVlans, hasVrfDevices } from '../support/kernel.ts';
import { Scene, specWith } from '../support/scene.ts';

let scene: Scene;
afterEach(() => scene?.close());

const refusalOf = async (annotation: string) => scene.refusal(await scene.pod('speaker-0'), annotation);
/** As many `ip` commands as there are lines, on the node. */
const onNode = (commands: string) => scene.node.run('ip', ['-batch', '-'], { input: `${commands}\n` });

test('an uplink that is not there is refused', async () => {
  scene = await Scene.open({ 'customer-a': specWith({ uplinks: [{ interface: 'eth7' }] }) });
  expect(await refusalOf('customer-a')).toEqual({
    cniVersion: '1.0.0',
    code: 101,
    msg: 'uplink eth7 does not exist on this node',
    details: "name an existing interface in the VRF's spec.uplinks, or restrict that uplink by its nodeSelector",
  });
});

test('a VRF without an uplink for this node is refused', async () => {
  const uplinks = [{ nodeSelector: { rack: 'r1' }, interface: 'eth1' }];
  scene = await Scene.open({ 'customer-a': specWith({ uplinks }) }, { labels: { rack: 'r2' } });
  expect(await refusalOf('customer-a')).toEqual({
    cniVersion: '1.0.0',
    code: 100,
    msg: 'VRF customer-a has no uplink for this node: its selectors are {"rack":"r1"}',
    details: 'label the node, or add an uplink that matches {"rack":"r2"}',
  });
});

test("an uplink that carries the node's own address is refused", async () => {
  scene = await Scene.open({ 'customer-a': specWith() });
  await onNode('address add 203.0.113.5/24 dev eth1\naddress add 2001:db8:5::5/64 dev eth1');
  expect(await refusalOf('customer-a')).toEqual({
    cniVersion: '1.0.0',
    code: 101,
    msg: "uplink eth1 carries the node's own address 203.0.113.5/24, 2001:db8:5::5/64",
    details:
      'taking it into VRF customer-a would cut the node off: use another interface, give a vlan, or remove the address',
  });
});

test('an address that somebody else gave the uplink is not taken over, though the VRF lists it', async () => {
  const uplinks = [{ interface: 'eth1', addresses: ['198.51.100.2/24'] }];
  scene = await Scene.open({
    'customer-a': specWith({ mode: 'routed', uplinks, addresses: { pools: [{ subnet: '192.0.2.0/24' }] } }),
  });
  await onNode('address add 198.51.100.2/24 dev eth1');
  expect(await refusalOf('customer-a')).toMatchObject({
    code: 101,
    msg: "uplink eth1 carries the node's own address 198.51.100.2/24",
    details: expect.stringContaining('remove the address'),
  });
});

/** Of an uplink without any address. */
test.each([
  [
    "the node's default route",
    'route add default via 203.0.113.1 dev eth1 onlink',
    'default route 0.0.0.0/0 via 203.0.113.1',
  ],
  ['a route of the node in any table', 'route add 10.96.0.0/12 dev eth1 table 7', 'route 10.96.0.0/12'],
  [
    'an IPv6 route of the node',
    '-6 route add 2001:db8:9::/64 via fe80::9 dev eth1',
    'route 2001:db8:9::/64 via fe80::9',
  ],
  ['a macvlan', 'link add link eth1 name mac0 type macvlan', 'macvlan mac0'],
  ['the underlay of a tunnel', 'link add vx0 type vxlan id 7 dev eth1 dstport 4789 remote 203.0.113.9', 'vxlan vx0'],
])('an uplink that carries %s is refused', async (_, command, words) => {
  scene = await Scene.open({ 'customer-a': specWith() });
  await scene.node.run('ip', command.split(' '));
  expect(await refusalOf('customer-a')).toEqual({
    cniVersion: '1.0.0',
    code: 101,
    msg: `uplink eth1 carries the node's own ${words}`,
    details:
      'taking it into VRF customer-a would cut that off: use another interface, give a vlan, or remove what is there',
  });
});

test('an uplink that is a port of another bridge is refused', async () => {
  scene = await Scene.open({ 'customer-a': specWith() });
  await onNode('link add br0 type bridge\nlink set eth1 master br0');
  expect(await refusalOf('customer-a')).toEqual({
    cniVersion: '1.0.0',
    code: 101,
    msg: 'uplink eth1 belongs to bridge or VRF br0 already',
    details: 'an uplink serves one VRF: use another interface or VLAN',
  });
});

describe.each(hasVrfDevices() ? ['device', 'namespace'] : ['namespace'])('backend %s', (backend) => {
  describe.each([
    { mode: 'bridge', pools: [{ subnet: '192.0.2.0/24' }] },
    { mode: 'routed', pools: [{ subnet: '203.0.113.0/24' }] },
  ])('mode $mode', ({ mode, pools }) => {
    const spec = specWith({ mode, backend, addresses: { pools } });
    const refused = {
      code: 101,
      msg: expect.stringMatching(/^uplink eth1 belongs to .*customer-a already$/),
      details: 'an uplink serves one VRF: use another interface or VLAN',
    };

    test('an uplink that another VRF has is refused', async () => {
      scene = await Scene.open({ 'customer-a': spec, 'customer-b': spec });
      await scene.attach(await scene.pod('first'), 'customer-a');
      expect(await refusalOf('customer-b')).toMatchObject(refused);
    });

    test('two VRFs that one pod asks for cannot share an uplink', async () => {
      scene = await Scene.open({ 'customer-a': spec, 'customer-b': spec });
      expect(await refusalOf('customer-a,customer-b')).toMatchObject(refused);
    });
  });
});

if (!hasVlans()) test.skip('VLANs of others are refused: this kernel has no VLAN devices', () => {});
else
  describe('a VLAN', () => {
    const vlanSpec = specWith({ uplinks: [{ interface: 'eth1', vlan: 100 }] });

    test('whose device somebody else made is refused', async () => {
      scene = await Scene.open({ 'customer-a': vlanSpec });
      await onNode('link add link eth1 name eth1.100 type vlan id 100');
      expect(await refusalOf('customer-a')).toMatchObject({
        code: 101,
        msg: expect.stringContaining('eth1.100'),
        details: expect.stringMatching(/multivrf (changes nothing that lacks its mark|does not take it over)/),
      });
    });

    test('that somebody else uses under another name is refused', async () => {
      scene = await Scene.open({ 'customer-a': vlanSpec });
      await onNode('link add link eth1 name storage type vlan id 100');
      expect(await refusalOf('customer-a')).toMatchObject({
        code: 101,
        msg: expect.stringContaining('cannot add vlan eth1.100'),
        details: 'VLAN 100 on eth1 is in use by somebody else: multivrf does not take it over',
      });
    });

    test('that another VRF has is refused', async () => {
      scene = await Scene.open({ 'customer-a': vlanSpec, 'customer-b': vlanSpec });
      await scene.attach(await scene.pod('first'), 'customer-a');
      expect(await refusalOf('customer-b')).toMatchObject({
        code: 101,
        msg: expect.stringMatching(/^uplink VLAN 100 on eth1 belongs to .*customer-a already$/),
        details: 'an uplink serves one VRF: use another interface or VLAN',
      });
    });
  });
