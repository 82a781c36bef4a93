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

/** Counts of the agent of one of so many nodes, whose dice show `random`, within half a second; others are faster `refused` times. */
async function counts(count: number, random: number, interval: number, act = () => {}, refused = 0): Promise<number> {
  for (let i = 0; i < count; i++) scene.server.put(nodes, { name: `n${i}` }, {});
  let taken = 0;
  const take = async () => {
    taken += 1;
    return taken > refused;
  };
  const times = { interval, perNode: 0, soon: 10 };
  census = new Census({ client: scene.client, log: pino({ level: 'silent' }), take, times, random: () => random });
  census.start();
  act();
  await sleep(500);
  return taken;
}

const never = 100_000;

test('of 100 nodes one counts in an interval, as the dice show', async () => {
  expect(await counts(100, 0.009, 20)).toBeGreaterThan(1);
});

test('and the others do not', async () => {
  expect(await counts(100, 0.011, 20)).toBe(0);
  expect(scene.server.log.counts()['list nodes']).toBeGreaterThan(1);
});

test('in a small cluster a change is counted soon, and several at once', async () => {
  const several = () => {
    for (let i = 0; i < 5; i++) census.nudge();
  };
  expect(await counts(3, 0.9, never, several)).toBe(1);
});

test('and again where another agent has written meanwhile', async () => {
  expect(await counts(3, 0.9, never, () => census.nudge(), 2)).toBe(3);
});

test('in a large one it waits', async () => {
  expect(await counts(21, 0.001, never, () => census.nudge())).toBe(0);
});
