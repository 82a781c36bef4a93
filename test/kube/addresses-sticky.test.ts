/** An address follows the name of a pod, from node to node, and never leaves a pod that lives. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { vrfs } from '../support/api-server/kinds.ts';
import { specWith } from '../support/scene.ts';
import { ClusterScene, type TestNode } from './cluster-scene.ts';

const pools = [{ subnet: '192.0.2.0/24', range: '192.0.2.10-192.0.2.99', gateway: '192.0.2.1' }];
const reserve = (pod: string, address: string) => ({ namespace: 'bgp', pod, addresses: [`${address}/24`] });
const reservations = [reserve('reserved-0', '192.0.2.2'), reserve('ahead', '192.0.2.3')];

let scene: ClusterScene;
let first: TestNode;
let second: TestNode;
beforeAll(async () => {
  scene = await ClusterScene.open({ 'customer-a': specWith({ addresses: { pools, reservations } }) });
  [first, second] = scene.nodes;
});
afterAll(() => scene?.close());

const statefulSet = true;

test.each(['speaker-0', 'reserved-0'])('%s comes to another node with address and MAC, for one write', async (name) => {
  const pod = await scene.pod(first, name, { statefulSet: name === 'speaker-0' });
  const before = await scene.face(pod);
  await scene.detach(pod);
  scene.server.log.clear();
  const moved = await scene.pod(second, name, { statefulSet: name === 'speaker-0' });
  expect(await scene.face(moved)).toEqual(before);
  const object = `customer-a.${before.address}`;
  expect(scene.addresses().get(object)).toMatchObject({ node: 'worker-2', sticky: true, pod: { uid: moved.uid } });
  expect(scene.writes().filter((write) => write !== 'create')).toEqual([`patch ${object}`]);
});

test('one that comes back to its node has its address again, and the object tells of the new pod', async () => {
  const pod = await scene.pod(first, 'speaker-1', { statefulSet });
  const [address] = await scene.attach(pod);
  await scene.detach(pod);
  const next = await scene.pod(first, 'speaker-1', { statefulSet });
  expect(await scene.attach(next)).toEqual([address]);
  await scene.until((addresses) => addresses.get(`customer-a.${address}`)?.pod.uid === next.uid);
});

test('one that its node has heard of costs an ADD two requests: is anything kept for its name, and the address', async () => {
  const pod = await scene.pod(first, 'speaker-9', { statefulSet });
  await sleep(300);
  scene.server.log.clear();
  await scene.attach(pod);
  const own = scene.server.log
    .list()
    .filter(({ query, resource }) => resource === 'pods' || !query.startsWith('limit'));
  // What is told of it after that is another matter.
  expect(own.slice(0, 2).map(({ verb, resource }) => `${verb} ${resource}`)).toEqual([
    'list vrfaddresses',
    'create vrfaddresses',
  ]);
});

test('an address that is reserved for a pod is had as soon as its node has heard of it: the ADD asks for nothing', async () => {
  scene.server.log.clear();
  const pod = await scene.pod(first, 'ahead', { attach: 'customer-a' });
  await scene.until((addresses) => addresses.get('customer-a.192.0.2.3')?.pod.uid === pod.uid);
  // The answer, which is sent when it is there, has come as well.
  await sleep(100);
  expect(await scene.attach(pod)).toEqual(['192.0.2.3']);
  expect(scene.writes()).toEqual(['create']);
  expect(scene.server.log.list()).not.toContainEqual(expect.objectContaining({ name: 'customer-a.192.0.2.3' }));
});

test('and not while another pod of its name has it', async () => {
  const moved = await scene.sandbox(second, 'ahead');
  expect(await scene.add({ ...moved, uid: 'of-another' })).toMatchObject({ code: 11 });
  const next = await scene.pod(second, 'ahead', { attach: 'customer-a' });
  await scene.until((addresses) => addresses.get('customer-a.192.0.2.3')?.node === 'worker-2');
  expect(await scene.attach(next)).toEqual(['192.0.2.3']);
});

test('what is kept for a name that is not there is given to nobody else, who is told how to free it', async () => {
  const pod = await scene.pod(first, 'speaker-2', { statefulSet });
  const [address] = await scene.attach(pod);
  await scene.detach(pod);
  scene.deletePod('speaker-2');
  const thief = await scene.pod(second, 'thief');
  expect(await scene.add(thief, `customer-a=${address}/24`)).toMatchObject({
    code: 100,
    msg: `address ${address} in VRF customer-a is held by pod bgp/speaker-2 on node worker-1`,
    details: expect.stringContaining(`kubectl delete vrfaddress customer-a.${address}`),
  });
});

test('a pod that the API has keeps its address from an ADD for another of its name', async () => {
  const pod = await scene.pod(first, 'speaker-3', { statefulSet });
  const [address] = await scene.attach(pod);
  const late = { ...(await scene.sandbox(second, 'speaker-3')), uid: 'of-a-pod-that-is-gone' };
  expect(await scene.add(late)).toMatchObject({
    code: 11,
    msg: `address ${address} in VRF customer-a is held by the pod of this name with uid ${pod.uid} on node worker-1`,
  });
  expect(scene.addresses().get(`customer-a.${address}`)).toMatchObject({ node: 'worker-1', pod: { uid: pod.uid } });
});

test('an address that is reserved while another pod has it is given as soon as that one is gone', async () => {
  const holder = await scene.pod(first, 'holder');
  const [address] = await scene.attach(holder);
  scene.server.put(
    vrfs,
    { name: 'customer-a' },
    { spec: specWith({ addresses: { pools, reservations: [...reservations, reserve('heir', address!)] } }) },
  );
  await second.agent.waitFor(({ msg, changed }) => msg === 'VRFs changed' && String(changed) === 'customer-a', 0);
  const heir = await scene.pod(second, 'heir');
  expect(await scene.add(heir)).toMatchObject({ code: 100, msg: expect.stringContaining('is held by pod bgp/holder') });
  scene.deletePod('holder');
  expect(await scene.attach(heir)).toEqual([address]);
});
