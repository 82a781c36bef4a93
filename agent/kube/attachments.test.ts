/** What 250 pods that start at once cost the API server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pino from 'pino';
import { pods as podKind, vrfAddresses, vrfAttachments } from '../../test/support/api-server/kinds.ts';
import type { KubeObject } from '../../test/support/api-server/objects.ts';
import { type ClientScene, openClientScene } from '../../test/support/api-server/scene.testing.ts';
import type { ApiServer } from '../../test/support/api-server/server.ts';
import { Addresses } from './addresses.ts';
import { type Attached, AttachmentObjects } from './attachments.ts';
import type { KubeClient } from './client.ts';
import { NetworkStatuses, networkStatusOf } from './network-status.ts';
import { Pods } from './pods.ts';
import { Reach } from './reach.ts';
import { TokenBucket } from './token-bucket.ts';
import { Writer } from './writer.ts';

const log = pino({ level: 'silent' });
const nodeName = 'n1';

let scene: ClientScene;
let server: ApiServer;
let client: KubeClient;
let pods: Pods;
let writer: Writer;
beforeEach(async () => {
  scene = await openClientScene();
  ({ server, client } = scene);
  pods = new Pods({ client, reach: new Reach(server.url, log), log, nodeName });
  // At the rate of the agent this would take half a minute.
  writer = new Writer({ client, log, bucket: new TokenBucket(100, 5000) });
});
afterEach(async () => {
  pods.stop();
  writer.stop();
  await scene.close();
});

const attachedOf = (name: string): Attached => ({
  namespace: 'bgp',
  pod: name,
  uid: pods.get('bgp', name)?.uid,
  vrf: 'customer-a',
  interface: 'net1',
  addresses: ['192.0.2.2/24'],
  mac: '02:00:00:00:00:01',
  ailment: undefined,
});
const writes = () => server.log.list().filter(({ verb }) => !['get', 'list', 'watch'].includes(verb)).length;

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !condition(); i++) await sleep(20);
  expect(condition()).toBe(true);
}

test('250 dual-stack attachments at once cost 4 writes a pod', async () => {
  const names = Array.from({ length: 250 }, (_, i) => `pod-${i}`);
  for (const name of names) server.put(podKind, { namespace: 'bgp', name }, { spec: { nodeName } });
  await until(() => pods.get('bgp', names.at(-1)!) !== undefined);
  const reach = new Reach(server.url, log);
  const common = { client, reach, log, nodeName, interval: 600_000, isHeld: () => true, holdings: () => [] };
  const memory = { list: () => [], save: () => {} };
  const addresses = new Addresses({ ...common, memory });
  const take = (name: string, address: string) => {
    const pod = { namespace: 'bgp', name, uid: pods.get('bgp', name)!.uid };
    return addresses.take({ vrf: 'customer-a', address, pod, sticky: false, reserved: false }, false);
  };
  const objects = new AttachmentObjects({ client, writer, nodeName });
  const statuses = new NetworkStatuses(writer);
  const sync = (count: number) => {
    const rows = names.slice(0, count).map(attachedOf);
    objects.sync(rows);
    statuses.sync(
      rows.map(({ pod, addresses, mac }) => ({
        pod: pods.get('bgp', pod)!,
        own: [networkStatusOf('customer-a', 'net1', addresses, mac)],
      })),
    );
  };
  for (let count = 10; count <= 250; count += 10) {
    const next = names.slice(count - 10, count).map((name, i) => ({ name, host: (count - 9 + i).toString(16) }));
    const both = ({ name, host }: (typeof next)[0]) =>
      [`2001:db8:a::${host}`, `2001:db8:b::${host}`].map((address) => take(name, address));
    await Promise.all(next.flatMap(both));
    sync(count);
  }
  const isDone = ({ status }: KubeObject) => status !== undefined;
  await until(() => {
    sync(250);
    return server.store.list(vrfAttachments).filter(isDone).length === 250;
  });
  await until(() => server.store.list(podKind).every(({ metadata }) => metadata.annotations !== undefined));
  addresses.stop();
  expect(writes()).toBe(4 * 250);
  expect(server.store.list(vrfAddresses)).toHaveLength(500);
});

test('a pod of the same name and another uid gets an object of its own', async () => {
  server.put(podKind, { namespace: 'bgp', name: 'a' }, { spec: { nodeName } });
  await until(() => pods.get('bgp', 'a') !== undefined);
  const objects = new AttachmentObjects({ client, writer, nodeName });
  const owner = () => server.store.get(vrfAttachments, 'bgp', 'a.customer-a')?.metadata.ownerReferences;
  objects.sync([{ ...attachedOf('a'), uid: 'former' }]);
  await until(() => {
    objects.sync([{ ...attachedOf('a'), uid: 'former' }]);
    return owner() !== undefined;
  });
  await until(() => {
    objects.sync([attachedOf('a')]);
    return (owner() as { uid: string }[] | undefined)?.[0]?.uid === pods.get('bgp', 'a')!.uid;
  });
});

test('a condition changes its time when its status changes, and only then', async () => {
  const objects = new AttachmentObjects({ client, writer, nodeName });
  const one = { ...attachedOf('a'), uid: 'u' };
  const conditions = () =>
    (server.store.get(vrfAttachments, 'bgp', 'a.customer-a') as { status?: { conditions: object[] } } | undefined)
      ?.status?.conditions;
  const say = async (ailment: Attached['ailment'], reason: string) => {
    await until(() => {
      objects.sync([{ ...one, ailment }]);
      return JSON.stringify(conditions() ?? '').includes(reason);
    });
    return conditions()!;
  };
  const [attached] = await say(undefined, 'AsMade');
  await sleep(1000);
  const [still, isolated, degraded] = await say({ reason: 'IsolationBroken', message: 'by a rule' }, 'IsolationBroken');
  expect(still).toEqual(attached);
  expect([isolated, degraded]).toEqual([
    expect.objectContaining({ type: 'Isolated', status: 'False', message: 'by a rule' }),
    expect.objectContaining({ type: 'Degraded', status: 'True', message: 'by a rule' }),
  ]);
  const time = (condition: object | undefined) => (condition as { lastTransitionTime: string }).lastTransitionTime;
  expect(time(degraded) > time(attached)).toBe(true);
});
