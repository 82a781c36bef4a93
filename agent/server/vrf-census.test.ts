/** What one agent writes after it has counted everything in the cluster. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pino from 'pino';
import { nodes, vrfAddresses, vrfAttachments, vrfs } from '../../test/support/api-server/kinds.ts';
import { type ClientScene, openClientScene } from '../../test/support/api-server/scene.testing.ts';
import { specWith } from '../../test/support/scene.ts';
import { inUseFinalizer } from '../kube/vrf-object.ts';
import { Writer } from '../kube/writer.ts';
import { type KubernetesSource, openKubernetes } from '../sources/kubernetes.ts';
import { takeCensus } from './vrf-census.ts';

const log = pino({ level: 'silent' });
const nodeName = 'n1';

let scene: ClientScene;
let directory: string;
let writer: Writer;
let source: KubernetesSource;
beforeEach(async () => {
  scene = await openClientScene();
  directory = mkdtempSync(join(tmpdir(), 'multivrf-census-'));
  writer = new Writer({ client: scene.client, log });
});
afterEach(async () => {
  writer.stop();
  source.close();
  await scene.close();
  rmSync(directory, { recursive: true });
});

const put = (name: string, node: string, address: string, vrf = 'customer-a') => {
  scene.server.put(vrfAttachments, { namespace: 'bgp', name: `${name}.${vrf}` }, { spec: { vrf, node } });
  scene.server.put(vrfAddresses, { name: `${vrf}.${address}` }, { spec: { vrf, node, address, pod: {} } });
};
const object = (name = 'customer-a') => scene.server.store.get(vrfs, undefined, name);

async function count(): Promise<void> {
  const { client } = scene;
  const before = [nodeName, { client, nodeName, labels: {}, directory }] as const;
  scene.server.put(nodes, { name: before[0] }, {});
  source?.close();
  source = await openKubernetes(before[1], log);
  await takeCensus({ client, writer, source, nodeName, isAttachedHere: () => false }, new AbortController().signal);
}

test('attachments by node, and addresses used and free by pool', async () => {
  scene.server.put(vrfs, { name: 'customer-a' }, { spec: specWith() });
  scene.server.put(vrfs, { name: 'customer-b' }, { spec: specWith({ uplinks: [] }) });
  put('x', 'n1', '192.0.2.10');
  put('y', 'n2', '192.0.2.11');
  put('z', 'n2', '192.0.2.12');
  await count();
  expect(object()?.status).toMatchObject({
    nodes: [
      { name: 'n1', ready: true, attachments: 1 },
      { name: 'n2', ready: true, attachments: 2 },
    ],
    attachedNodes: 2,
    attachments: 3,
    addresses: { used: 3, free: 87, pools: [{ pool: '192.0.2.0/24 (192.0.2.10-192.0.2.99)', used: 3, free: 87 }] },
  });
  expect(object('customer-b')?.status).toMatchObject({
    conditions: [
      { type: 'Accepted', status: 'True' },
      { type: 'InUse', status: 'False' },
    ],
    attachments: 0,
    addresses: { used: 0, free: 90 },
  });
});

test('nothing is written when nothing has changed', async () => {
  scene.server.put(vrfs, { name: 'customer-a' }, { spec: specWith() });
  put('x', 'n1', '192.0.2.10');
  await count();
  scene.server.log.clear();
  await count();
  expect(scene.server.log.list().filter(({ verb }) => verb === 'patch')).toEqual([]);
});

test('a VRF that nobody uses any more is let go, though nobody there remembers', async () => {
  const metadata = { finalizers: [inUseFinalizer] };
  for (const name of ['customer-a', 'customer-b'])
    scene.server.put(vrfs, { name }, { metadata, spec: specWith({ uplinks: [] }) });
  put('x', 'n2', '192.0.2.10', 'customer-b');
  for (const name of ['customer-a', 'customer-b']) scene.server.delete(vrfs, { name });
  // First the status, and then what follows from it.
  await count();
  await count();
  expect([object(), object('customer-b')?.metadata.finalizers]).toEqual([undefined, [inUseFinalizer]]);
});

test('a node that is no more is no longer told to be not ready', async () => {
  const entry = (name: string) => ({ name, ready: false, reason: 'UplinkMissing', attachments: 0 });
  const { store } = scene.server;
  store.put(vrfs, {
    ...scene.server.put(vrfs, { name: 'customer-a' }, { spec: specWith() }),
    status: { nodes: [entry('gone'), entry('n1')] },
  });
  await count();
  expect(object()?.status).toMatchObject({ nodes: [entry('n1')], notReadyNodes: 1 });
});
