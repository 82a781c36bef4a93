/** What pods are told of their attachments, on a real API server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pino from 'pino';
import { events as kind } from '../../test/support/api-server/kinds.ts';
import { type ClientScene, openClientScene } from '../../test/support/api-server/scene.testing.ts';
import type { Attached } from '../kube/attachments.ts';
import { PodEvents } from '../kube/events.ts';
import { Writer } from '../kube/writer.ts';
import { AilmentNews } from './cluster-events.ts';

let scene: ClientScene;
let writer: Writer;
let news: AilmentNews;
beforeEach(async () => {
  scene = await openClientScene();
  const log = pino({ level: 'silent' });
  writer = new Writer({ client: scene.client, log });
  news = new AilmentNews(new PodEvents(writer, 'n1', log));
});
afterEach(async () => {
  writer.stop();
  await scene.close();
});

const whole: Attached = {
  namespace: 'bgp',
  pod: 'speaker-0',
  uid: 'u1',
  vrf: 'customer-a',
  interface: 'net1',
  addresses: [],
  mac: '',
  ailment: undefined,
};
const ill: Attached = { ...whole, ailment: { reason: 'IsolationBroken', message: 'a rule leads out of it' } };
const told = () =>
  scene.server.store.list(kind).map(({ type, reason, message, count }) => [type, reason, message, count]);

test('an attachment that falls ill and recovers is told once each', async () => {
  for (const rows of [[whole], [ill], [{ ...ill }], [whole], [whole]]) news.sync(rows);
  for (let i = 0; i < 500 && told().length < 2; i++) await sleep(10);
  await sleep(50);
  const where = 'interface net1 in VRF customer-a';
  expect(told().sort()).toEqual([
    ['Normal', 'AttachmentHealed', `${where} is again as it was made`, 1],
    ['Warning', 'AttachmentDegraded', `${where}: a rule leads out of it`, 1],
  ]);
});

test('one that goes while it is ill is not told to be well', async () => {
  for (const rows of [[ill], []]) news.sync(rows);
  for (let i = 0; i < 500 && told().length < 1; i++) await sleep(10);
  await sleep(50);
  expect(told()).toEqual([['Warning', 'AttachmentDegraded', expect.any(String), 1]]);
});
