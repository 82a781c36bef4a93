/** The API is away: pods have what can be nobody else's, and what is given back is made up for. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { specWith } from '../support/scene.ts';
import { type ClusterPod, ClusterScene, type TestNode } from './cluster-scene.ts';

const pools = [{ subnet: '192.0.2.0/24', range: '192.0.2.10-192.0.2.99', gateway: '192.0.2.1' }];
const reservations = [{ namespace: 'bgp', pod: 'reserved', addresses: ['192.0.2.2/24'] }];
const statefulSet = true;

let scene: ClusterScene;
let first: TestNode;
/** That are made while the API is there, as the kubelet's pods are. */
const pods: Record<string, ClusterPod> = {};
const held: Record<string, string> = {};
let lastSandbox: ClusterPod;
beforeAll(async () => {
  scene = await ClusterScene.open({ 'customer-a': specWith({ addresses: { pools, reservations } }) });
  [first] = scene.nodes;
  for (const name of ['reserved', 'fresh', 'leaves', 'dies']) pods[name] = await scene.pod(first, name);
  pods.speaker = await scene.pod(first, 'speaker-0', { statefulSet });
  for (const name of ['leaves', 'dies', 'speaker']) [held[name]] = (await scene.attach(pods[name]!)) as [string];
  await scene.outage();
});
afterAll(() => scene?.close());

const object = (name: string) => `customer-a.${held[name]}`;

test('a pod has the address that the VRF reserves for it', async () => {
  expect(await scene.attach(pods.reserved!)).toEqual(['192.0.2.2']);
});

test('a pod that comes back to its node has its address', async () => {
  const { speaker } = pods;
  await scene.detach(speaker!);
  lastSandbox = await scene.sandbox(first, 'speaker-0');
  expect(await scene.attach({ ...lastSandbox, uid: speaker!.uid! })).toEqual([held.speaker]);
});

test('also from an agent that was started meanwhile', async () => {
  const { speaker } = pods;
  await scene.detach({ ...speaker!, ...lastSandbox });
  await first.agent.kill();
  await first.agent.start();
  lastSandbox = await scene.sandbox(first, 'speaker-0');
  expect(await scene.attach({ ...lastSandbox, uid: speaker!.uid! })).toEqual([held.speaker]);
});

test('a pod that would get one of a pool, or names one, is told why it has to wait', async () => {
  const reason = expect.stringMatching(/^.* cannot be allocated: the Kubernetes API: .*ECONNREFUSED/);
  const details = expect.stringContaining('it is tried again');
  expect(await scene.add(pods.fresh!)).toMatchObject({ code: 11, msg: reason, details });
  expect(await scene.add(pods.fresh!, 'customer-a=192.0.2.50/24')).toMatchObject({ code: 11, msg: reason, details });
});

test('a DEL succeeds, also when the agent does not live to give the address back', async () => {
  await scene.detach(pods.dies!);
  await first.agent.kill();
  await first.agent.start();
  await scene.detach(pods.leaves!);
  scene.deletePod('dies');
});

test('when the API is back, it learns what was had and given back without it', async () => {
  await scene.recovery();
  await scene.until((addresses) => !addresses.has(object('leaves')) && !addresses.has(object('dies')));
  await scene.until((addresses) => addresses.get('customer-a.192.0.2.2')?.pod.uid === pods.reserved!.uid);
  expect(scene.addresses().get('customer-a.192.0.2.2')).toMatchObject({ node: 'worker-1', sticky: true });
  expect(scene.addresses().get(object('speaker'))).toMatchObject({ sticky: true });
  expect(await scene.attach(pods.fresh!)).toHaveLength(1);
});

test('an API that accepts requests and never answers holds an ADD up no longer than its plugin waits', async () => {
  const pod = await scene.pod(first, 'silent');
  scene.server.hang(true);
  expect(await scene.add(pod)).toMatchObject({ code: 11, msg: expect.stringContaining('Kubernetes API') });
  scene.server.hang(false);
  expect(await scene.attach(pod)).toHaveLength(1);
});
