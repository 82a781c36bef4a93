/** The pods of a node, from a real server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pino from 'pino';
import { pods as kind } from '../../test/support/api-server/kinds.ts';
import { type ClientScene, openClientScene } from '../../test/support/api-server/scene.testing.ts';
import type { ApiServer } from '../../test/support/api-server/server.ts';
import { Pods } from './pods.ts';
import { Reach } from './reach.ts';

const log = pino({ level: 'silent' });

let scene: ClientScene;
let server: ApiServer;
let pods: Pods;
beforeEach(async () => {
  scene = await openClientScene();
  server = scene.server;
  pods = new Pods({ client: scene.client, reach: new Reach(server.url, log), log, nodeName: 'n1' });
});
afterEach(async () => {
  pods.stop();
  await scene.close();
});

function put(name: string, spec: object, annotations: Record<string, string> = {}): string {
  return server.put(kind, { namespace: 'bgp', name }, { metadata: { annotations }, spec }).metadata.uid;
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await sleep(10);
  expect(condition()).toBe(true);
}

test('those of other nodes are not known, and little is kept of the others', async () => {
  put('other', { nodeName: 'n2' });
  const uid = put('own', { nodeName: 'n1', containers: [{ image: 'x' }] }, { a: 'b' });
  await until(() => pods.get('bgp', 'own') !== undefined);
  expect(pods.get('bgp', 'other')).toBeUndefined();
  expect(pods.get('bgp', 'own')).toEqual({
    namespace: 'bgp',
    name: 'own',
    uid,
    serviceAccount: 'default',
    networkStatus: undefined,
    mirrorOf: undefined,
    attach: undefined,
    statefulSet: false,
  });
});

test('a pod that was not seen is asked for once', async () => {
  const uid = put('new', { serviceAccountName: 'speaker' });
  await until(() => server.log.counts()['watch pods'] === 1);
  expect(await pods.ask('bgp', 'new', uid)).toMatchObject({ uid, serviceAccount: 'speaker' });
  await pods.ask('bgp', 'new', uid);
  expect(server.log.counts()['get pods']).toBe(1);
});

test('a pod is not taken for a former one of its name', async () => {
  put('a', { nodeName: 'n1', serviceAccountName: 'former' });
  await until(() => pods.get('bgp', 'a') !== undefined);
  expect(pods.of('bgp', 'a', 'another')).toBeUndefined();
  expect(await pods.ask('bgp', 'a', 'another')).toBeUndefined();
  server.delete(kind, { namespace: 'bgp', name: 'a' });
  const uid = put('a', { nodeName: 'n1', serviceAccountName: 'speaker' });
  expect(await pods.ask('bgp', 'a', uid)).toMatchObject({ serviceAccount: 'speaker' });
});

test("a static pod is known by the kubelet's uid as well", async () => {
  const uid = put('static', { nodeName: 'n1' }, { 'kubernetes.io/config.hash': 'of-kubelet' });
  await until(() => pods.of('bgp', 'static', 'of-kubelet')?.uid === uid);
});
