/** The agent's own garbage collection: containerd calls no GC. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execa } from 'execa';
import type { Pod } from '../support/chain.ts';
import { collected, homeOf, recordFiles, strictStatus } from '../support/housekeeping.ts';
import { Netns } from '../support/netns.ts';
import { hostEndOf, linkNames } from '../support/observe.ts';
import { Scene, specWith } from '../support/scene.ts';
import { eventually } from '../support/snapshot.ts';

const pool = (subnet: string) => ({ addresses: { pools: [{ subnet }] } });
/** Addresses of their own, which two pods hold one after the other. */
const inherited = 'customer-a=192.0.2.99/24,customer-b=198.51.100.99/24';
let scene: Scene;
let living: Pod;
let ended: Pod;
let damaged: Pod;
let hidden: Pod;
let heir: Pod;

const recordsOf = ({ containerId }: Pod) => recordFiles(scene.agent).filter((name) => name.startsWith(containerId));

/** That of net2, which is on the node whatever the kernel can do. */
async function deleteHostEnd({ name }: Pod): Promise<void> {
  const hostEnd = await hostEndOf(scene.node, `multivrf:customer-b:bgp/${name}:net2`);
  await scene.node.run('ip', ['link', 'del', hostEnd]);
}

beforeAll(async () => {
  // Two places: where the kernel has no VRF devices, customer-a is a namespace of its own.
  scene = await Scene.open({
    'customer-a': specWith(pool('192.0.2.0/24')),
    'customer-b': specWith({ uplinks: [], backend: 'device', ...pool('198.51.100.0/24') }),
  });
  const pods = ['living', 'ended', 'damaged', 'hidden'].map((name) => scene.pod(name));
  [living, ended, damaged, hidden] = (await Promise.all(pods)) as [Pod, Pod, Pod, Pod];
  for (const pod of [living, damaged]) await scene.attach(pod, 'customer-a,customer-b');
  await scene.attach(ended, inherited);

  // By a path that the agent cannot see any more, as when it runs in another mount namespace.
  const path = join(homeOf(scene.agent), 'elsewhere');
  writeFileSync(path, '');
  await execa('mount', ['--bind', hidden.netns.path, path]);
  const { netns } = hidden;
  hidden.netns = Netns.at(path);
  await scene.attach(hidden, 'customer-a,customer-b');
  hidden.netns = netns;
  await execa('umount', [path]);

  await execa('ip', ['netns', 'del', ended.netns.realName]);
  await deleteHostEnd(damaged);
  await deleteHostEnd(hidden);
});
afterAll(() => scene?.close());

test('attachments whose network namespace is gone are collected, wherever their host ends were', async () => {
  expect(await collected(scene.agent, ended)).toBe(true);
  expect(recordsOf(ended)).toEqual([]);
  heir = await scene.pod('heir');
  await scene.attach(heir, inherited);
});

test('an attachment without host end whose namespace the agent cannot see is collected, and only that one', async () => {
  expect(await collected(scene.agent, hidden, 'net2')).toBe(true);
  expect(recordsOf(hidden)).toHaveLength(1);
});

test('a living pod keeps its attachments', async () => {
  expect(recordsOf(living)).toHaveLength(2);
  expect(await linkNames(living.netns)).toEqual(expect.arrayContaining(['net1', 'net2']));
});

test('an attachment that lost its host end is kept as long as its pod lives, and STATUS tells of it', async () => {
  expect(recordsOf(damaged)).toHaveLength(2);
  expect(await strictStatus(scene.agent)).toMatchObject({
    code: 51,
    msg: expect.stringMatching(/^interface net2 of pod bgp\/damaged in VRF customer-b has lost its host end mv/),
  });
  // A restart does not take the loss for the pod's end either.
  await scene.agent.restart();
  expect(recordsOf(damaged)).toHaveLength(2);
  const told = scene.agent.log().filter(({ msg, hostEnd }) => hostEnd && msg.startsWith('attachment is degraded: '));
  expect(told.map(({ pod }) => pod)).toEqual(['damaged', 'damaged']);
});

test('a VRF without definition goes with the last of its attachments that is collected', async () => {
  await scene.agent.removeVrf('customer-b');
  for (const { netns } of [living, heir, damaged]) await execa('ip', ['netns', 'del', netns.realName]);
  for (const pod of [living, heir, damaged]) expect(await collected(scene.agent, pod, 'net2')).toBe(true);
  const vrfs = async () => readdirSync(join(scene.agent.stateDirectory, 'vrfs'));
  expect(await eventually(vrfs, ['customer-a.json'])).toEqual(['customer-a.json']);
  expect(await linkNames(scene.node)).not.toContain('customer-b');
  // Nothing is degraded any more.
  expect(await strictStatus(scene.agent)).toEqual({});
});
