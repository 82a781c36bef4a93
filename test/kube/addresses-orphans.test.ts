/** Addresses whose pods are gone are collected, whoever should have given them back; those of pods that live never are. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pods } from '../support/api-server/kinds.ts';
import { specWith } from '../support/scene.ts';
import { ClusterScene, type TestNode } from './cluster-scene.ts';

let scene: ClusterScene;
let first: TestNode;
let second: TestNode;
beforeAll(async () => {
  scene = await ClusterScene.open({ 'customer-a': specWith() });
  [first, second] = scene.nodes;
});
afterAll(() => scene?.close());

const nameOf = (addresses: string[]) => `customer-a.${addresses[0]}`;

test('what an agent leaves that dies before it attaches is used by the next ADD of the pod', async () => {
  const pod = await scene.pod(first, 'half');
  const object = scene.leave('192.0.2.77', { name: 'half', uid: pod.uid! }, first.name);
  scene.server.log.clear();
  expect(await scene.attach(pod)).toEqual(['192.0.2.77']);
  await scene.detach(pod);
  await scene.until((addresses) => !addresses.has(object));
  expect(scene.writes().filter((write) => write !== 'create')).toEqual([`delete ${object}`]);
});

test('and where the pod is gone as well it is collected', async () => {
  const pod = await scene.pod(first, 'gone');
  const object = scene.leave('192.0.2.78', { name: 'gone', uid: pod.uid! }, first.name);
  await new Promise((wake) => setTimeout(wake, 2_000));
  expect(scene.addresses().has(object)).toBe(true);
  scene.deletePod('gone');
  await scene.until((addresses) => !addresses.has(object));
});

test('an address is not collected while it is in use on its node, nor that of a static pod, whose uid is on its mirror', async () => {
  const forced = await scene.pod(first, 'forced');
  const inUse = nameOf(await scene.attach(forced));
  scene.deletePod('forced');
  scene.server.put(
    pods,
    { namespace: 'bgp', name: 'static' },
    { spec: {}, metadata: { annotations: { 'kubernetes.io/config.hash': 'of-its-file' } } },
  );
  const ofStatic = scene.leave('192.0.2.79', { name: 'static', uid: 'of-its-file' }, first.name);
  const orphan = scene.leave('192.0.2.80', { name: 'nobody', uid: 'x' }, first.name);
  await scene.until((addresses) => !addresses.has(orphan));
  expect([inUse, ofStatic].map((name) => scene.addresses().has(name))).toEqual([true, true]);
});

test('when a node has died, another collects the addresses of its pods that are gone, and leaves those that are not', async () => {
  const [dead, alive] = [await scene.pod(second, 'dead'), await scene.pod(second, 'alive')];
  const sticky = await scene.pod(second, 'speaker-0', { statefulSet: true });
  const [ofDead, ofAlive, ofSticky] = await Promise.all(
    [dead, alive, sticky].map(async (pod) => nameOf(await scene.attach(pod))),
  );
  await scene.kill(second);
  for (const name of ['dead', 'speaker-0']) scene.deletePod(name);
  await scene.until((addresses) => !addresses.has(ofDead!), 30_000);
  expect(scene.addresses().has(ofAlive!)).toBe(true);
  expect(scene.addresses().get(ofSticky!)).toMatchObject({ sticky: true, pod: { name: 'speaker-0' } });
  await first.agent.waitFor(
    ({ msg, pod, node }) => `${msg} ${pod} ${node}` === 'pod is gone: address collected bgp/dead worker-2',
  );
});

test('its StatefulSet pod starts on the other node with its address', async () => {
  const [held] = [...scene.addresses().values()].filter(({ pod }) => pod.name === 'speaker-0');
  const moved = await scene.pod(first, 'speaker-0', { statefulSet: true });
  expect(await scene.attach(moved)).toEqual([held!.address]);
});
