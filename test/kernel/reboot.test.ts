/** Records of a former boot tell of interfaces that no longer are. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Pod } from '../support/chain.ts';
import { recordFiles } from '../support/housekeeping.ts';
import { linkNames } from '../support/observe.ts';
import { Scene, specWith } from '../support/scene.ts';
import { snapshot } from '../support/snapshot.ts';

let scene: Scene;
let pod: Pod;
const bootFile = () => join(scene.agent.stateDirectory, 'boot');

beforeAll(async () => {
  scene = await Scene.open({ 'customer-a': specWith({ uplinks: [], backend: 'device' }) });
  pod = await scene.pod('speaker-0');
  await scene.attach(pod, 'customer-a=192.0.2.50/24');
});
afterAll(() => scene?.close());

test('state of an agent that did not note the boot is kept', async () => {
  await scene.agent.stop();
  rmSync(bootFile());
  await scene.agent.start();
  expect(recordFiles(scene.agent)).toHaveLength(1);
});

test('state of another boot is dropped, with one word; the kernel is left alone', async () => {
  await scene.agent.stop();
  const before = await snapshot(scene.node);
  writeFileSync(bootFile(), '00000000-0000-0000-0000-000000000000\n');
  const from = scene.agent.log().length;
  await scene.agent.start();
  const told = scene.agent.log().slice(from);
  expect(told.filter(({ msg }) => msg === 'state of a former boot: dropped')).toMatchObject([{ dropped: 2 }]);
  expect(recordFiles(scene.agent)).toEqual([]);
  expect(await snapshot(scene.node)).toEqual(before);
});

test('a pod that lived on all the same keeps its address until its DEL', async () => {
  const answer = await scene.refusal(await scene.pod('early'), 'customer-a=192.0.2.50/24');
  expect(answer.msg).toContain('bgp/speaker-0');
  await scene.detach(pod, 'customer-a');
  expect(await linkNames(pod.netns)).not.toContain('net1');
});

test('the addresses of those that are gone are free', async () => {
  await scene.attach(await scene.pod('speaker-1'), 'customer-a=192.0.2.50/24');
});
