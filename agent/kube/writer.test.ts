/** The queue of writes, against a real server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pino from 'pino';
import { vrfs } from '../../test/support/api-server/kinds.ts';
import { type ClientScene, openClientScene } from '../../test/support/api-server/scene.testing.ts';
import type { ApiServer } from '../../test/support/api-server/server.ts';
import { Backoff } from './backoff.ts';
import type { KubeObject } from './object.ts';
import { Writer } from './writer.ts';

const path = '/apis/multivrf.dev/v1alpha1/vrfs/a';
const contentType = 'application/merge-patch+json';

let scene: ClientScene;
let server: ApiServer;
let writer: Writer;
let lines: { msg: string }[];
beforeEach(async () => {
  scene = await openClientScene();
  server = scene.server;
  server.put(vrfs, { name: 'a' }, { spec: { mtu: 1 } });
  lines = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  writer = new Writer({ client: scene.client, log, backoff: new Backoff({ first: 20, longest: 50 }) });
});
afterEach(async () => {
  writer.stop();
  await scene.close();
});

const mtu = () => (server.store.get(vrfs, undefined, 'a')!.spec as { mtu: number }).mtu;
const set = (to: number) => async () => {
  await writer.send({ method: 'PATCH', path, contentType, body: { spec: { mtu: to } } });
};
const messages = () => lines.map(({ msg }) => msg);

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await sleep(10);
  expect(condition()).toBe(true);
}

test('of several jobs with one key the last is done', async () => {
  for (const value of [2, 3, 4]) writer.put('a', set(value));
  await until(() => mtu() === 4);
  expect(server.log.counts()).toEqual({ 'patch vrfs': 1 });
});

test('what cannot be written waits for the server, and an outage is told once', async () => {
  await server.stop();
  writer.put('a', set(2));
  await until(() => writer.isPaused);
  writer.put('a', set(3));
  await sleep(200);
  await server.start();
  await until(() => mtu() === 3);
  await until(() => messages().length === 2);
  expect(messages()).toEqual([
    'the Kubernetes API takes nothing: what is to be written waits',
    'the Kubernetes API takes what is written to it again',
  ]);
});

test('a job that is to be tried once is not tried again', async () => {
  await server.stop();
  writer.put('a', set(2), { once: true });
  await until(() => messages().length === 1);
  await server.start();
  writer.put('b', async () => {
    await writer.send({ path });
  });
  await until(() => messages().length === 2);
  expect(mtu()).toBe(1);
});

test('what the server refuses is told, and holds up nothing else', async () => {
  writer.put('refused', async () => {
    await writer.send({ method: 'PATCH', path, contentType: 'text/plain', body: {} });
  });
  writer.put('a', set(2));
  await until(() => mtu() === 2 && lines.length === 1);
  expect(lines).toMatchObject([{ key: 'refused', reason: expect.stringMatching(/^415/) }]);
});

test('of two who write at the same time none loses what it wrote', async () => {
  const add = (label: string) => () =>
    writer.untilAgreed(async () => {
      const { metadata } = await writer.send<KubeObject>({ path });
      const { resourceVersion, labels } = metadata;
      const body = { metadata: { resourceVersion, labels: { ...labels, [label]: 'x' } } };
      await writer.send({ method: 'PATCH', path, contentType, body });
    });
  for (const label of ['one', 'two', 'three']) writer.put(label, add(label));
  const labels = () => Object.keys(server.store.get(vrfs, undefined, 'a')?.metadata.labels ?? {});
  await until(() => labels().length === 3);
});
