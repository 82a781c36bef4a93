/** Events on pods, on a real server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pino from 'pino';
import { events as kind } from '../../test/support/api-server/kinds.ts';
import { type ClientScene, openClientScene } from '../../test/support/api-server/scene.testing.ts';
import { PodEvents, type Telling } from './events.ts';
import { Writer } from './writer.ts';

let scene: ClientScene;
let writer: Writer;
let events: PodEvents;
let lines: { msg: string; dropped?: number }[];
beforeEach(async () => {
  scene = await openClientScene();
  lines = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  writer = new Writer({ client: scene.client, log: pino({ level: 'silent' }) });
  events = new PodEvents(writer, 'n1', log);
});
afterEach(async () => {
  writer.stop();
  await scene.close();
});

const told: Telling = {
  namespace: 'bgp',
  pod: 'speaker-0',
  uid: 'u1',
  type: 'Warning',
  reason: 'AttachFailed',
  message: 'VRF customer-a is not open to pod bgp/speaker-0',
};
const list = () => scene.server.store.list(kind);

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await sleep(10);
  expect(condition()).toBe(true);
}

test('an event is about the pod, by uid, and names node and program', async () => {
  events.tell({ ...told, message: 'x'.repeat(3000) });
  await until(() => list().length === 1);
  const [event] = list();
  expect(event).toMatchObject({
    metadata: { namespace: 'bgp', name: expect.stringMatching(/^speaker-0\.[0-9a-f]+$/) },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'bgp', name: 'speaker-0', uid: 'u1' },
    source: { component: 'multivrf', host: 'n1' },
    count: 1,
    firstTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  });
  expect(String(event?.message)).toHaveLength(1024);
});

test('the same again is counted, and a pod that fails for ever costs little', async () => {
  for (let i = 0; i < 100; i++) {
    events.tell(told);
    await sleep(1);
  }
  await until(() => Number(list()[0]?.count) >= 5);
  await sleep(100);
  expect(list()).toHaveLength(1);
  expect(scene.server.log.list().length).toBeLessThanOrEqual(5);
});

test('another pod and another message are events of their own', async () => {
  for (const one of [told, { ...told, uid: 'u2' }, { ...told, message: 'another' }]) events.tell(one);
  await until(() => list().length === 3);
});

test('an event that the API has forgotten is made anew', async () => {
  events.tell(told);
  await until(() => list().length === 1);
  scene.server.store.remove(kind, list()[0]!);
  events.tell(told);
  await until(() => Number(list()[0]?.count) === 2);
});

test('while the API is away events are dropped, and counted when it is back', async () => {
  await scene.server.stop();
  events.tell(told);
  await until(() => lines.length === 1);
  events.tell({ ...told, message: 'another' });
  await scene.server.start();
  await until(() => !writer.isPaused);
  events.tell({ ...told, message: 'a third' });
  await until(() => list().length === 1 && lines.length === 2);
  expect(lines[1]).toMatchObject({ dropped: 2 });
});
