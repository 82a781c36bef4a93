/** Many pods at once under containerd, and the agent replaced while they come and while they go. */
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { addressesOf } from '../support/observe.ts';
import type { Pod } from './pod.ts';
import { RuntimeScene } from './runtime-scene.ts';

jest.setTimeout(180_000);

let scene: RuntimeScene;
beforeAll(async () => {
  scene = await RuntimeScene.open();
});
afterAll(() => scene?.close());

/** Waits for the first of `count` attachments to be made or removed, ends the agent and starts another. */
async function replaceAgent(count: number): Promise<void> {
  const before = scene.attachments();
  const done = () => Math.abs(scene.attachments() - before);
  const end = Date.now() + 30_000;
  while (done() === 0 && Date.now() < end) await sleep(5);
  await scene.agent.stop();
  // In the middle it was.
  expect(done()).toBeGreaterThan(0);
  expect(done()).toBeLessThan(count);
  await scene.agent.start();
}

async function expectAttached(pods: readonly Pod[]): Promise<void> {
  const addresses = await Promise.all(pods.map(async (pod) => addressesOf(await pod.netns(), 'net1')));
  expect(addresses.map((own) => own.length)).toEqual(pods.map(() => 2));
  expect(new Set(addresses.flat()).size).toBe(2 * pods.length);
}

async function comeAndGo(count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, i) => `pod-${i}`);
  const [pods] = await Promise.all([
    Promise.all(names.map((name) => scene.run(name, 'customer-a'))),
    replaceAgent(count),
  ]);
  await expectAttached(pods);
  await Promise.all([...pods.map((pod) => pod.remove()), replaceAgent(count)]);
}

const title = (count: number) =>
  `${count} pods at once are attached, each with addresses of its own, and leave nothing, though the agent is replaced meanwhile`;

test(title(20), () => scene.leavesNothing(() => comeAndGo(20)));

if (availableParallelism() === 1) test.skip(`${title(100)}: takes minutes with one CPU`, () => {});
else test(title(100), () => scene.leavesNothing(() => comeAndGo(100)));
