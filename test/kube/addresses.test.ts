/** Addresses are unique in the cluster: whichever node is asked, no two pods get one. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { specWith } from '../support/scene.ts';
import { type ClusterPod, ClusterScene } from './cluster-scene.ts';

/** Of 40 addresses. */
const pools = [{ subnet: '192.0.2.0/24', range: '192.0.2.10-192.0.2.49', gateway: '192.0.2.1' }];
const perNode = 20;

let scene: ClusterScene;
let all: ClusterPod[];
beforeAll(async () => {
  scene = await ClusterScene.open({
    'customer-a': specWith({ addresses: { pools } }),
    'customer-b': specWith({ uplinks: [], addresses: { pools: [...pools, { subnet: '2001:db8:b::/64' }] } }),
  });
  const names = Array.from({ length: perNode }, (_, i) => `pod-${i}`);
  all = await Promise.all(scene.nodes.flatMap((node) => names.map((name) => scene.pod(node, `${name}-${node.name}`))));
});
afterAll(() => scene?.close());

test('40 pods that start at once on two nodes get the 40 addresses of the pool', async () => {
  const given = await Promise.all(all.map((pod) => scene.attach(pod)));
  expect(new Set(given.flat()).size).toBe(2 * perNode);
  expect(scene.addresses().size).toBe(2 * perNode);
});

test('each address tells which pod of which node has it', () => {
  const held = [...scene.addresses().values()].map(({ pod, node, sticky }) => ({ ...pod, node, sticky }));
  const pods = all.map(({ namespace, name, uid, on }) => ({ namespace, name, uid, node: on.name, sticky: false }));
  expect(held.sort(byName)).toEqual(pods.sort(byName));
});

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

test('one pod more is told that the pool is exhausted', async () => {
  const pod = await scene.pod(scene.nodes[1], 'late');
  // Of the holders some are looked at first, one after the other.
  expect(await scene.add(pod, 'customer-a', { timeoutSeconds: 10 })).toMatchObject({
    code: 100,
    msg: 'VRF customer-a has no free IPv4 address (192.0.2.0/24 (192.0.2.10-192.0.2.49): 40 of 40 in use)',
  });
});

test('a DEL gives the address back, and a pod of the other node gets it', async () => {
  const [pod] = all;
  const [name] = [...scene.addresses()].find(([, { pod: holder }]) => holder.uid === pod!.uid)!;
  scene.server.log.clear();
  await scene.detach(pod!);
  await scene.until((addresses) => !addresses.has(name));
  expect(scene.writes()).toEqual([`delete ${name}`]);
  const next = await scene.pod(scene.nodes[1], 'next');
  expect(`customer-a.${await scene.attach(next)}`).toBe(name);
});

test('an address that another pod has by name is refused, and its holder named', async () => {
  const [pod] = all.slice(-1);
  const { address } = [...scene.addresses().values()].find(({ pod: holder }) => holder.uid === pod!.uid)!;
  const thief = await scene.pod(scene.nodes[0], 'thief');
  expect(await scene.add(thief, `customer-a=${address}/24`)).toMatchObject({
    code: 100,
    msg: `address ${address} in VRF customer-a is held by pod bgp/${pod!.name} on node worker-2`,
    details: 'choose another, or delete that pod',
  });
});

test('an ADD and its DEL write once each for an address, IPv6 as well', async () => {
  scene.server.log.clear();
  const pod = await scene.pod(scene.nodes[0], 'short');
  const given = await scene.attach(pod, 'customer-b');
  const names = given.map((address) => `customer-b.${address.replaceAll(':', '-')}`);
  expect([...scene.addresses().keys()]).toEqual(expect.arrayContaining(names));
  await scene.detach(pod);
  await scene.until((addresses) => names.every((name) => !addresses.has(name)));
  expect(scene.writes().sort()).toEqual(['create', 'create', ...names.map((name) => `delete ${name}`).sort()]);
});
