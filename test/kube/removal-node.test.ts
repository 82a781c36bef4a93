/** What a removal from the cluster takes out of the node's kernel, and what it leaves. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { makePod, resultOf, runBridge } from '../support/chain.ts';
import { leavesNothing } from '../support/leaves-nothing.ts';
import { linkNames } from '../support/observe.ts';
import { ping } from '../support/ping.ts';
import { specWith } from '../support/scene.ts';
import { InstalledScene } from './installed-scene.ts';
import { router } from './kube-scene.ts';
import { reserving } from './reserving.ts';

let scene: InstalledScene;
beforeAll(async () => {
  scene = await InstalledScene.open({ 'customer-a': specWith(reserving('first', 'second')) });
});
afterAll(() => scene?.close());
beforeEach(() => scene.install());

test('without pods in VRFs the node is as it was: interfaces, routes, rules, filters, sysctls and files', async () => {
  const { kube } = scene;
  // The cluster's own bridge outlives its pods.
  resultOf(await runBridge(kube.lab, 'ADD', await makePod(kube.lab, kube.node, 'ordinary')));
  const before = await linkNames(kube.node);
  await leavesNothing({ namespaces: [kube.node], directories: [] }, async () => {
    // The VRF outlives its pods, too, while there is an agent.
    await kube.detach(await kube.attach('first'));
    expect(await linkNames(kube.node)).not.toEqual(before);
    scene.deleteDaemonSet();
    await scene.endPod();
  });
  expect(scene.records()).toEqual([]);
});

test('a pod that runs keeps its interface, and the next installation takes it over', async () => {
  const { kube } = scene;
  const pod = await kube.attach('second');
  scene.deleteDaemonSet();
  await scene.endPod();
  expect(scene.installed()).toEqual({ plugin: false, entry: false });
  const stays = expect.objectContaining({ vrfs: ['customer-a'], pods: ['bgp/second'] });
  expect(kube.agent.log()).toContainEqual(stays);
  expect(await ping(pod.netns, router, { device: 'net1' })).toBe(true);
  await scene.install();
  await kube.detach(pod);
  await kube.agent.waitFor(({ msg, pod }) => msg === 'detached' && pod === 'second');
  await scene.endPod();
});

test('of a pod that ended a moment ago nothing is left', async () => {
  const { kube } = scene;
  const pod = await kube.attach('second');
  await execa('ip', ['netns', 'del', pod.netns.realName]);
  scene.deleteDaemonSet();
  await scene.endPod();
  expect(scene.records()).toEqual([]);
});
