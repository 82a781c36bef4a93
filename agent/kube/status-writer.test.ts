/** What several agents write to one VRF, on a real server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pino from 'pino';
import { nodes, vrfs } from '../../test/support/api-server/kinds.ts';
import { type ClientScene, openClientScene } from '../../test/support/api-server/scene.testing.ts';
import type { VrfStatus } from '../api/vrf-status.ts';
import type { Word } from './status.ts';
import { inUseFinalizer, VrfStatuses } from './status-writer.ts';
import { Writer } from './writer.ts';

/** Milliseconds. */
const calm = 200;
const valid = { generation: 1, invalid: undefined, isDeleted: false };
const attached = (attachments: number): Word => ({ entry: { ready: true, attachments }, verdict: valid });
const unused: Word = { entry: undefined, verdict: valid };
const deleted: Word = { entry: undefined, verdict: { ...valid, generation: 2, isDeleted: true } };

let scene: ClientScene;
let writers: Writer[];
beforeEach(async () => {
  scene = await openClientScene();
  scene.server.put(vrfs, { name: 'a' }, { spec: {} });
  writers = [];
});
afterEach(async () => {
  for (const writer of writers) writer.stop();
  await scene.close();
});

function agentOn(nodeName: string): (word: Word) => void {
  const writer = new Writer({ client: scene.client, log: pino({ level: 'silent' }) });
  writers.push(writer);
  const statuses = new VrfStatuses({ writer, nodeName, calm, spread: 10 });
  return (word) => statuses.sync(new Map([['a', word]]));
}

const vrf = () => scene.server.store.get(vrfs, undefined, 'a');
const nodesOf = () => (vrf()?.status as VrfStatus | undefined)?.nodes?.map(({ name }) => name);
const isHeld = () => vrf()?.metadata.finalizers?.includes(inUseFinalizer) === true;

/** Time passes, and an agent looks about every second. */
async function until(condition: () => boolean, look: () => void): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) {
    look();
    await sleep(10);
  }
  expect(condition()).toBe(true);
}

test('agents that write at the same time all have their word', async () => {
  const names = ['n1', 'n2', 'n3', 'n4'];
  const agents = names.map(agentOn);
  const look = () => {
    for (const agent of agents) agent(attached(1));
  };
  await until(() => nodesOf()?.length === 4 && isHeld(), look);
  expect(nodesOf()).toEqual(names);
});

test('the first that attaches holds the VRF, and the last lets it go', async () => {
  const [one, two] = ['n1', 'n2'].map(agentOn);
  await until(
    () => nodesOf()?.length === 2 && isHeld(),
    () => {
      one!(attached(1));
      two!(attached(1));
    },
  );
  await until(
    () => nodesOf()?.length === 1,
    () => one!(unused),
  );
  expect(isHeld()).toBe(true);
  await until(
    () => !isHeld(),
    () => two!(unused),
  );
});

test('the number of attachments alone is written once in a while', async () => {
  const agent = agentOn('n1');
  await until(isHeld, () => agent(attached(1)));
  scene.server.log.clear();
  const began = performance.now();
  const counted = () => (vrf()!.status as VrfStatus).attachments;
  let count = 1;
  const grow = () => {
    count = Math.min(count + 1, 50);
    agent(attached(count));
  };
  await until(() => counted() === 50, grow);
  const most = Math.ceil((performance.now() - began) / calm) + 1;
  expect(scene.server.log.counts()['patch vrfs/status']).toBeLessThanOrEqual(most);
});

test('a start takes back what an earlier run has left', async () => {
  await until(isHeld, () => agentOn('n1')(attached(1)));
  const restarted = agentOn('n1');
  await until(
    () => !isHeld() && nodesOf()?.length === 0,
    () => restarted(unused),
  );
});

test('a deleted VRF that only a node holds which is no more, is let go by any other', async () => {
  scene.server.put(nodes, { name: 'n1' }, {});
  const [one, dead] = ['n1', 'dead'].map(agentOn);
  await until(isHeld, () => dead!(attached(1)));
  one!(unused);
  scene.server.delete(vrfs, { name: 'a' });
  await until(
    () => vrf() === undefined,
    () => one!(deleted),
  );
});

test('a deleted VRF is kept by a node that there is', async () => {
  for (const name of ['n1', 'n2']) scene.server.put(nodes, { name }, {});
  const [one, two] = ['n1', 'n2'].map(agentOn);
  await until(isHeld, () => two!(attached(1)));
  scene.server.delete(vrfs, { name: 'a' });
  scene.server.log.clear();
  await until(
    () => (scene.server.log.counts()['get nodes'] ?? 0) > 0,
    () => one!(deleted),
  );
  await sleep(50);
  expect([isHeld(), nodesOf()]).toEqual([true, ['n2']]);
});
