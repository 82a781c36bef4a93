/** What an operator sees of a VRF: where it is ready, who uses it, what is wrong with it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { VrfStatus } from '../../agent/api/vrf-status.ts';
import { vrfStatus } from '../../agent/api/vrf-status.ts';
import { vrfs } from '../support/api-server/kinds.ts';
import type { Pod } from '../support/chain.ts';
import { specWith } from '../support/scene.ts';
import { KubeScene } from './kube-scene.ts';
import { until } from './until.ts';

let scene: KubeScene;
let pod: Pod;
beforeAll(async () => {
  scene = await KubeScene.open({
    'customer-a': specWith(),
    'customer-b': specWith({ uplinks: [{ interface: 'eth9' }] }),
  });
});
afterAll(() => scene?.close());

const object = (name: string) => scene.server.store.get(vrfs, undefined, name);
const status = (name: string) => object(name)?.status as VrfStatus | undefined;
const condition = (name: string, type: string) => status(name)?.conditions?.find((one) => one.type === type);
const node = (name: string) => status(name)?.nodes?.find((one) => one.name === 'worker-1');

test('a VRF that is used is ready here, counts attachments and addresses, and is held by a finalizer', async () => {
  scene.podObject('first');
  pod = await scene.attach('first');
  await until(() => node('customer-a'));
  expect(vrfStatus.parse(status('customer-a'))).toMatchObject({
    attachments: 1,
    observedGeneration: 1,
    addresses: { used: 1, free: 89 },
  });
  expect(node('customer-a')).toMatchObject({ ready: true, attachments: 1 });
  expect(condition('customer-a', 'Accepted')?.status).toBe('True');
  expect(condition('customer-a', 'InUse')?.message).toContain('1 on node worker-1');
  expect(object('customer-a')?.metadata.finalizers).toEqual(['multivrf.dev/in-use']);
});

test('one that no pod has asked for here is not said to be ready: nobody has looked', async () => {
  expect(await until(() => status('customer-b'))).toMatchObject({
    nodes: [],
    attachments: 0,
    addresses: { used: 0, free: 90 },
  });
});

test('an uplink that is missing is told when a pod asks for the VRF, and taken back when it is not needed', async () => {
  const { pod: failed } = await scene.add('second', 'customer-b');
  const found = await until(() => node('customer-b'));
  expect(found).toMatchObject({ ready: false, reason: 'UplinkMissing', attachments: 0 });
  expect(found.message).toContain('uplink eth9 does not exist on this node');
  await scene.detach(failed, 'customer-b');
  await scene.define('customer-b', { uplinks: [] });
  await until(
    () => status('customer-b')?.nodes,
    (nodes) => nodes.length === 0,
  );
});

test('an invalid field is in the status, and gone from it when it is put right', async () => {
  await scene.define('customer-a', { mtu: 70_000 });
  const refused = await until(
    () => condition('customer-a', 'Accepted'),
    (one) => one.status === 'False',
  );
  expect(refused).toMatchObject({ reason: 'Invalid', message: 'spec.mtu: 70000 must be at most 65535' });
  await scene.define('customer-b', { mtu: 70_000 });
  await until(
    () => condition('customer-b', 'Accepted'),
    (one) => one.status === 'False',
  );
  for (const name of ['customer-a', 'customer-b']) {
    await scene.define(name, { mtu: 1400, uplinks: name === 'customer-a' ? [{ interface: 'eth1' }] : [] });
    await until(
      () => condition(name, 'Accepted'),
      (one) => one.status === 'True',
    );
  }
});

test('mode, backend and table cannot change while pods are attached, and the status says so', async () => {
  await scene.define('customer-a', {
    mode: 'routed',
    mtu: 1400,
    uplinks: [{ interface: 'eth1', addresses: ['192.0.2.5/24'] }],
  });
  const found = await until(
    () => node('customer-a'),
    (one) => !one.ready,
  );
  expect(found).toMatchObject({
    reason: 'Immutable',
    message: expect.stringMatching(/^spec.mode: it is to be routed/),
  });
  await scene.define('customer-a', { mtu: 1400 });
  await until(
    () => node('customer-a'),
    (one) => one.ready,
  );
});

test('a VRF that is deleted stays for its pods, names their nodes, takes no new one, and goes with the last', async () => {
  scene.server.delete(vrfs, { name: 'customer-a' });
  const held = await until(
    () => condition('customer-a', 'InUse'),
    (one) => one.reason === 'DeletionPending',
  );
  expect(held.message).toContain(
    'it is deleted, and stays until the last pod is gone; pods attached: 1 on node worker-1',
  );
  const { pod: late, answer } = await scene.add('late');
  expect(answer).toMatchObject({ code: 100, msg: 'VRF customer-a is deleted' });
  await scene.detach(late);
  await scene.detach(pod);
  await until(() => object('customer-a') === undefined || undefined);
});
