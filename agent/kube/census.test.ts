import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pino from 'pino';
import { nodes } from '../../test/support/api-server/kinds.ts';
import { type ClientScene, openClientScene } from '../../test/support/api-server/scene.testing.ts';
import { Census } from './census.ts';

let scene: ClientScene;
let census: Census;
beforeEach(async () => {
  scene = await openClientScene();
});
afterEach(async () => {
  census.stop();
  await scene.close();
});

/** The agent of one of so many nodes, whose dice show `random`; others are faster `refused` times. How often it has counted so far. */
function agentOf(count: number, random: number, interval: number, refused = 0): () => number {
  for (let i = 0; i < count; i++) scene.server.put(nodes, { name: `n${i}` }, {});
  let taken = 0;
  const take = async () => {
    taken += 1;
    return taken > refused;
  };
  const times = { interval, perNode: 0, soon: 10 };
  census = new Census({ client: scene.client, log: pino({ level: 'silent' }), take, times, random: () => random });
  census.start();
  return () => taken;
}

/** How often it has asked how many nodes there are. */
const looks = () => scene.server.log.counts()['list nodes'] ?? 0;

const never = 100_000;
/** Milliseconds in which it would count several times. */
const moment = 300;

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1_000 && !condition(); i++) await sleep(10);
  expect(condition()).toBe(true);
}

test('of 100 nodes one counts in an interval, as the dice show', async () => {
  const counts = agentOf(100, 0.009, 20);
  await until(() => counts() > 1);
});

test('and the others do not', async () => {
  const counts = agentOf(100, 0.011, 20);
  await until(() => looks() > 3);
  expect(counts()).toBe(0);
});

test('in a small cluster a change is counted soon, and several at once', async () => {
  const counts = agentOf(3, 0.9, never);
  for (let i = 0; i < 5; i++) census.nudge();
  await until(() => counts() > 0);
  await sleep(moment);
  expect(counts()).toBe(1);
});

test('and again where another agent has written meanwhile', async () => {
  const counts = agentOf(3, 0.9, never, 2);
  census.nudge();
  await until(() => counts() > 2);
  await sleep(moment);
  expect(counts()).toBe(3);
});

test('in a large one it waits', async () => {
  const counts = agentOf(21, 0.001, never);
  census.nudge();
  await until(() => looks() > 0);
  await sleep(moment);
  expect(counts()).toBe(0);
});
