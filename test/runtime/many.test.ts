/** Many pods at once under containerd, and the agent replaced while they come and while they go. */
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addressesOf } from '../support/observe.ts';
import type { Pod } from './pod.ts';
import { RuntimeScene } from './runtime-scene.ts';

let scene: RuntimeScene;
beforeAll(async () => {
  scene = await RuntimeScene.open();
});
afterAll(() => scene?.close());

/**
 * Does `one` for each of `items` at once, with an agent replaced in the middle: it ends when the first attachment is
 * made or removed, and for the last item there is none yet. What it has begun it finishes, which may be all others.
 */
async function whileTheAgentIsReplaced<Item, Result>(
  items: readonly Item[],
  one: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const before = scene.attachments();
  const begun = items.slice(0, -1).map(one);
  const end = Date.now() + 30_000;
  while (scene.attachments() === before && Date.now() < end) await sleep(5);
  expect(scene.attachments()).not.toBe(before);
  await scene.agent.stop();
  const last = items.slice(-1).map(one);
  await scene.agent.start();
  return await Promise.all([...begun, ...last]);
}

async function expectAttached(pods: readonly Pod[]): Promise<void> {
  const addresses = await Promise.all(pods.map(async (pod) => addressesOf(await pod.netns(), 'net1')));
  expect(addresses.map((own) => own.length)).toEqual(pods.map(() => 2));
  expect(new Set(addresses.flat()).size).toBe(2 * pods.length);
}

async function comeAndGo(count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, i) => `pod-${i}`);
  const pods = await whileTheAgentIsReplaced(names, (name) => scene.run(name, 'customer-a'));
  await expectAttached(pods);
  await whileTheAgentIsReplaced(pods, (pod) => pod.remove());
}

const title = (count: number) =>
  `${count} pods at once are attached, each with addresses of its own, and leave nothing, though the agent is replaced meanwhile`;

test(title(10), () => scene.leavesNothing(() => comeAndGo(10)));

if (availableParallelism() === 1) test.skip(`${title(100)}: takes minutes with one CPU`, () => {});
else test(title(100), () => scene.leavesNothing(() => comeAndGo(100)));
