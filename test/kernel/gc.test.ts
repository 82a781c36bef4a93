/** GC: what the runtime does not list any more goes, and nothing else. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { type Pod, resultOf, runMultivrf } from '../support/chain.ts';
import { collected, gc, recordFiles } from '../support/housekeeping.ts';
import { linkNames } from '../support/observe.ts';
import { Scene, specWith } from '../support/scene.ts';

let scene: Scene;
let kept: Pod;
let forgotten: Pod;
let stranger: Pod;
let stuck: Pod;

beforeAll(async () => {
  scene = await Scene.open({
    'customer-a': specWith({ uplinks: [], backend: 'device' }),
    'customer-b': specWith({ uplinks: [], backend: 'namespace' }),
  });
  const pods = ['kept', 'forgotten', 'stranger', 'stuck'].map((name) => scene.pod(name));
  [kept, forgotten, stranger, stuck] = (await Promise.all(pods)) as [Pod, Pod, Pod, Pod];
  for (const pod of [kept, forgotten]) await scene.attach(pod, 'customer-a,customer-b');
  const conf = { name: 'another' };
  resultOf(await runMultivrf(scene.lab, 'ADD', stranger, 'customer-a', {}, { conf }));
});
afterAll(() => scene?.close());

const recordsOf = ({ containerId }: Pod) => recordFiles(scene.agent).filter((name) => name.startsWith(containerId));

test('without a list nothing goes', async () => {
  expect(await gc(scene.agent, undefined)).toEqual({});
  expect(recordFiles(scene.agent)).toHaveLength(5);
});

test('what is listed stays, also what is of another network; the rest goes', async () => {
  expect(await gc(scene.agent, [kept])).toEqual({});
  expect([kept, forgotten, stranger].map((pod) => recordsOf(pod).length)).toEqual([2, 0, 1]);
  expect(await linkNames(forgotten.netns)).not.toContain('net1');
  expect(await linkNames(kept.netns)).toEqual(expect.arrayContaining(['net1', 'net2']));
  expect(await linkNames(stranger.netns)).toContain('net1');
});

test('an empty list means that nothing of this network is valid', async () => {
  expect(await gc(scene.agent, [])).toEqual({});
  expect([kept, stranger].map((pod) => recordsOf(pod).length)).toEqual([0, 1]);
});

test('it goes on past what fails, and tells all of it', async () => {
  await scene.attach(stuck, 'customer-b,customer-a');
  await scene.attach(kept, 'customer-b');
  await scene.agent.stop();
  // Somebody puts a namespace of another kind in the place of the VRF's, which ends with that.
  const path = join(scene.agent.netnsDirectory, 'customer-b');
  await execa('umount', [path]);
  await execa('mount', ['--bind', '/proc/self/ns/uts', path]);
  await scene.agent.start();

  const error = await gc(scene.agent, []);
  expect(error).toMatchObject({ code: 101, msg: '2 of 3 attachments of network cluster could not be removed' });
  for (const { containerId } of [stuck, kept])
    expect(error.details).toContain(`container ${containerId}: ${path} is not a network namespace`);
  expect(recordsOf(stuck)).toEqual([`${stuck.containerId},net1.json`]);
  // A DEL must not fail for it: the collector goes on trying.
  for (const pod of [stuck, kept]) await scene.detach(pod, 'customer-b,customer-a');
  expect([stuck, kept].map((pod) => recordsOf(pod).length)).toEqual([1, 1]);
  await execa('umount', [path]);
  for (const pod of [stuck, kept]) expect(await collected(scene.agent, pod)).toBe(true);
});
