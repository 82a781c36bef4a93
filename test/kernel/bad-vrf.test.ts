/** A VRF that a pod cannot have is one error that names it, and leaves nothing. */
import { readdirSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from '@jest/globals';
import { Scene, specWith } from '../support/scene.ts';

let scene: Scene;
afterEach(() => scene?.close());

test('an unknown VRF is refused with the names of those there are', async () => {
  scene = await Scene.open({ 'customer-a': specWith() });
  expect(await scene.refusal(await scene.pod('speaker-0'), 'customer-x')).toEqual({
    cniVersion: '1.0.0',
    code: 100,
    msg: 'VRF customer-x does not exist',
    details: 'known are customer-a',
  });
});

test('a VRF is refused to pods of a namespace that it is not open to', async () => {
  scene = await Scene.open({ 'customer-a': specWith({ access: { namespaces: ['bgp', 'routing'] } }) });
  expect(await scene.refusal(await scene.pod('intruder', 'web'), 'customer-a')).toEqual({
    cniVersion: '1.0.0',
    code: 100,
    msg: 'VRF customer-a is not open to pod web/intruder',
    details: "spec.access.namespaces is bgp, routing; the VRF's owner must add web",
  });
});

test('a VRF without an access list is refused to everybody', async () => {
  scene = await Scene.open({ 'customer-a': specWith({ access: {} }) });
  expect(await scene.refusal(await scene.pod('speaker-0'), 'customer-a')).toEqual({
    cniVersion: '1.0.0',
    code: 100,
    msg: 'VRF customer-a is not open to pod bgp/speaker-0',
    details: "spec.access.namespaces is empty, which means nobody; the VRF's owner must add bgp",
  });
});

test("a VRF that would give a pod the node's own address is refused, and not one that merely overlaps", async () => {
  scene = await Scene.open({ 'customer-a': specWith() });
  const pod = await scene.pod('speaker-0');
  await scene.node.run('ip', ['address', 'add', '192.0.2.42/32', 'dev', 'lo']);
  expect(await scene.refusal(pod, 'customer-a')).toEqual({
    cniVersion: '1.0.0',
    code: 100,
    msg: "VRF customer-a: spec.addresses.pools[0] (192.0.2.10-192.0.2.99) would give a pod 192.0.2.42, which is this node's own address",
    details: "add 192.0.2.42 to the pool's exclude, or narrow its range",
  });
  const pools = [{ subnet: '192.0.2.0/24', range: '192.0.2.10-192.0.2.99', exclude: ['192.0.2.42'] }];
  await scene.agent.writeVrf('customer-a', specWith({ addresses: { pools } }));
  expect(await scene.attach(pod, 'customer-a')).toMatchObject({ cniVersion: '1.0.0' });
});

test('a VRF that exposes a reversed range of ports is not taken up, and the log says what would be right', async () => {
  scene = await Scene.open({});
  const from = scene.agent.log().length;
  await scene.agent.writeVrf('customer-a', specWith({ expose: [{ protocol: 'tcp', port: 180, endPort: 179 }] }));
  const { msg } = await scene.agent.waitFor((entry) => entry.msg.includes('endPort'), from);
  expect(msg).toContain('is less than port 180, so that the range is reversed; write port: 179 and endPort: 180');
  expect(await scene.refusal(await scene.pod('speaker-0'), 'customer-a')).toMatchObject({
    code: 100,
    msg: 'VRF customer-a does not exist',
    details: expect.stringContaining('endPort'),
  });
});

test('a VRF whose file is removed keeps its pods, gets no new ones, and goes with the last', async () => {
  scene = await Scene.open({ 'customer-a': specWith() });
  const [old, late] = [await scene.pod('old'), await scene.pod('late')];
  await scene.attach(old, 'customer-a');
  await scene.leavesNothing([old], () => scene.agent.removeVrf('customer-a'));

  expect(await scene.refusal(late, 'customer-a')).toEqual({
    cniVersion: '1.0.0',
    code: 100,
    msg: 'VRF customer-a does not exist',
    details: 'no VRF is defined on this node',
  });

  await scene.detach(old, 'customer-a');
  const links = await scene.node.ip<{ ifname: string; ifalias?: string; flags: string[] }>('link', 'show');
  expect(links.filter(({ ifalias }) => ifalias?.startsWith('multivrf'))).toEqual([]);
  expect(links.find(({ ifname }) => ifname === 'eth1')?.flags).toContain('UP');
  expect(readdirSync(scene.agent.netnsDirectory)).toEqual([]);
});

test('an MTU below what IPv6 needs is refused, and with the least the pod has addresses of both families', async () => {
  const pools = [{ subnet: '192.0.2.0/24', range: '192.0.2.10-192.0.2.99' }, { subnet: '2001:db8::/64' }];
  scene = await Scene.open({ 'customer-a': specWith({ mtu: 1280, addresses: { pools } }) });
  const from = scene.agent.log().length;
  await scene.agent.writeVrf('customer-a', specWith({ mtu: 1279 }));
  const { msg } = await scene.agent.waitFor((entry) => entry.msg.includes('mtu'), from);
  expect(msg).toContain('spec.mtu: 1279 must be at least 1280');
  const pod = await scene.pod('speaker-0');
  const { ips } = await scene.attach(pod, 'customer-a');
  expect(ips?.filter(({ address }) => /^(192\.0\.2|2001:db8:)/.test(address))).toHaveLength(2);
  expect(await pod.netns.ip('link', 'show', 'net1')).toMatchObject([{ mtu: 1280 }]);
});

test('a broken file is reported with line and field, and the last good version stays in force', async () => {
  scene = await Scene.open({ 'customer-a': specWith() });
  const pod = await scene.pod('speaker-0');
  const broken = [
    'apiVersion: multivrf.dev/v1alpha1',
    'kind: VRF',
    'metadata: {name: customer-a}',
    'spec:',
    '  mode: bridge',
    '  mtu: 70000',
    '  access: {namespaces: [bgp]}',
  ].join('\n');
  const from = scene.agent.log().length;
  writeFileSync(scene.agent.vrfFile('customer-a'), broken);
  const { level, msg } = await scene.agent.waitFor(({ msg }) => msg.includes('customer-a.yaml'), from);
  expect(msg).toBe('customer-a.yaml:6: spec.mtu: 70000 must be at most 65535');
  expect(level).toBeGreaterThanOrEqual(40);

  const { interfaces } = await scene.attach(pod, 'customer-a');
  expect(interfaces?.at(-1)).toMatchObject({ name: 'net1' });
});

test('the reason why a VRF is unknown may be a broken file, which the error names', async () => {
  scene = await Scene.open({ 'customer-a': specWith() });
  const from = scene.agent.log().length;
  writeFileSync(
    scene.agent.vrfFile('customer-b'),
    'apiVersion: multivrf.dev/v1alpha1\nkind: VRF\nmetadata: {name: customer-b}\n',
  );
  await scene.agent.waitFor(({ msg }) => msg.includes('customer-b.yaml'), from);
  expect(await scene.refusal(await scene.pod('speaker-0'), 'customer-b')).toEqual({
    cniVersion: '1.0.0',
    code: 100,
    msg: 'VRF customer-b does not exist',
    details: 'known are customer-a; and customer-b.yaml could not be read: spec: is missing; it must be an object',
  });
});
