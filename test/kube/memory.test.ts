/** What 50 VRFs and 250 pods cost the agent of one node, and the API server. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { nodeOptions } from '../../scripts/manifests/node-options.ts';
import { vrfs } from '../support/api-server/kinds.ts';
import { specWith } from '../support/scene.ts';
import { KubeScene } from './kube-scene.ts';

const names = Array.from({ length: 50 }, (_, i) => `customer-${i}`);

let scene: KubeScene;
beforeAll(async () => {
  const env = { NODE_OPTIONS: nodeOptions };
  scene = await KubeScene.open(Object.fromEntries(names.map((name) => [name, specWith()])), { env });
  // As large as pods are with their status.
  const annotations = { padding: 'x'.repeat(8 * 1024) };
  for (let i = 0; i < 250; i++) scene.podObject(`pod-${i}`, { annotations });
});
afterAll(() => scene?.close());

const residentMiB = () => Number.parseInt(scene.agent.status('VmRSS'), 10) / 1024;

test('the agent needs no more than 96 MiB, however often somebody writes to the status of a VRF', async () => {
  const { store, watches } = scene.server;
  const atStart = residentMiB();
  for (let round = 0; round < 100; round++) {
    for (const name of names) store.put(vrfs, { ...store.get(vrfs, undefined, name)!, status: { round } });
    await new Promise((wake) => setTimeout(wake, 5));
  }
  await scene.define('last');
  const after = residentMiB();
  process.stdout.write(
    `RSS with 50 VRFs and 250 pods: ${atStart.toFixed(0)} MiB, after 5,000 changes of status: ${after.toFixed(0)} MiB\n`,
  );
  expect(Math.max(atStart, after)).toBeLessThanOrEqual(96);
  expect(watches.count()).toBe(4);
  expect(scene.agent.log().filter(({ msg }) => msg === 'VRFs changed')).toHaveLength(2);
});

test('the API server is asked once for each resource', () => {
  const once = ['nodes', 'pods', 'vrfaddresses', 'vrfs'].flatMap((one) => [`list ${one}`, `watch ${one}`]);
  const reads = Object.fromEntries([...once, 'list vrfattachments'].map((key) => [key, 1]));
  // Pods come in pages, as many as there are by then.
  expect(scene.server.log.counts()).toEqual({ ...reads, 'list pods': expect.any(Number) });
});
