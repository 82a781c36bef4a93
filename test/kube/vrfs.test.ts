/** VRFs are objects of the API: what is done to them there happens on the node. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { linkOf } from '../support/observe.ts';
import { ping } from '../support/ping.ts';
import { KubeScene, router } from './kube-scene.ts';

let scene: KubeScene;
beforeAll(async () => {
  scene = await KubeScene.open();
});
afterAll(() => scene?.close());

const mtu = async (pod: Awaited<ReturnType<KubeScene['attach']>>) => (await linkOf(pod.netns, 'net1')).mtu;

test('a pod is attached to a VRF that was made a moment ago, and reaches its customer', async () => {
  await scene.define('customer-a');
  const pod = await scene.attach('first');
  expect(await ping(pod.netns, router, { device: 'net1' })).toBe(true);
  await scene.detach(pod);
});

test('a changed VRF is what the next pod gets', async () => {
  await scene.define('customer-a', { mtu: 1400 });
  const pod = await scene.attach('second');
  expect(await mtu(pod)).toBe(1400);
  await scene.detach(pod);
});

test('a VRF that becomes invalid stays as it was, and the log names object and field', async () => {
  const from = scene.agent.log().length;
  await scene.define('customer-a', { mtu: 70_000 });
  const error = 'VRF customer-a: spec.mtu: 70000 must be at most 65535';
  await scene.agent.waitFor(({ msg }) => msg === error, from);
  const pod = await scene.attach('third');
  expect(await mtu(pod)).toBe(1400);
  await scene.detach(pod);
});

test('a watch that is cut, and one whose version is too old, miss nothing', async () => {
  const { server } = scene;
  server.watches.cut();
  await scene.define('customer-a', { mtu: 1300 });
  const lists = server.log.counts()['list vrfs'] ?? 0;
  server.watches.cut();
  await scene.remove('customer-a');
  expect(server.log.counts()['list vrfs']).toBe(lists);
  server.watches.cut();
  server.store.compact();
  await scene.define('customer-a', { mtu: 1290 });
  const pod = await scene.attach('fourth');
  expect(await mtu(pod)).toBe(1290);
  await scene.detach(pod);
});

test("an uplink is chosen by the labels of the node's Node object, also when these change", async () => {
  await scene.define('customer-a', { uplinks: [{ nodeSelector: { rack: 'r2' }, interface: 'eth1' }] });
  const { pod, answer } = await scene.add('fifth');
  expect(answer).toMatchObject({ details: expect.stringContaining('{"rack":"r1"}') });
  await scene.detach(pod);
  await scene.label({ rack: 'r2' }, 'customer-a');
  await scene.detach(await scene.attach('sixth'));
});

test('a VRF that is deleted takes no new pod and goes from the node', async () => {
  await scene.remove('customer-a');
  const { pod, answer } = await scene.add('seventh');
  expect(answer).toMatchObject({ code: 100, msg: 'VRF customer-a does not exist' });
  await scene.detach(pod);
});
