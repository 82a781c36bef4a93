/** An outage is told once, and nobody waits for longer than it lasts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pino from 'pino';
import { vrfs } from '../../test/support/api-server/kinds.ts';
import { type ClientScene, openClientScene } from '../../test/support/api-server/scene.testing.ts';
import { Backoff } from './backoff.ts';
import { Informer } from './informer.ts';
import type { KubeObject } from './object.ts';
import { Reach } from './reach.ts';
import { Writer } from './writer.ts';

let scene: ClientScene;
let lines: string[];
const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
beforeEach(async () => {
  scene = await openClientScene();
  lines = [];
});
afterEach(() => scene.close());

const anHour = () => new Backoff({ first: 3_600_000, longest: 3_600_000 });
const path = '/apis/multivrf.dev/v1alpha1/vrfs';

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10);
}

test('who would wait for an hour tries again as soon as the server takes connections', async () => {
  const { client, server } = scene;
  server.put(vrfs, { name: 'a' }, { spec: {} });
  await server.stop();
  const reach = new Reach(server.url, log);
  const keep = (object: KubeObject) => object;
  const informer = new Informer({ client, reach, log, what: 'VRFs', path, keep, changed: () => {}, backoff: anHour() });
  const writer = new Writer({ client, log, backoff: anHour(), isTold: () => reach.outage !== undefined });
  reach.onBack(() => writer.hurry());
  await until(() => reach.outage !== undefined);
  writer.put('a', async () => {
    await writer.send({
      method: 'PATCH',
      path: `${path}/a`,
      contentType: 'application/merge-patch+json',
      body: { spec: { mtu: 1 } },
    });
  });
  // The port is seen closed, once at least.
  await sleep(1_600);
  await server.start();
  const mtu = () => (server.store.get(vrfs, undefined, 'a')!.spec as { mtu?: number }).mtu;
  await until(() => mtu() === 1 && informer.list().length === 1);
  await until(() => reach.outage === undefined);
  informer.stop();
  writer.stop();
  expect(lines).toEqual([
    'the Kubernetes API cannot be followed: what is known stays in force',
    'the Kubernetes API is followed again',
  ]);
});

test('an outage that its owner has told in words of its own is not told again, but its end is', () => {
  const reach = new Reach('http://127.0.0.1:1', log, true);
  reach.failed('VRFs', 'no');
  reach.open(true);
  reach.failed('Pods', 'no');
  for (const what of ['VRFs', 'Pods']) reach.well(what);
  expect(lines).toEqual(['the Kubernetes API is followed again']);
});
