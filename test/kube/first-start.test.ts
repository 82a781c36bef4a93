/** An agent that has never spoken to the API server, and cannot. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { strictStatus } from '../support/housekeeping.ts';
import { specWith } from '../support/scene.ts';
import { KubeScene } from './kube-scene.ts';

let scene: KubeScene;
beforeAll(async () => {
  scene = await KubeScene.open({ 'customer-a': specWith() });
  await scene.agent.stop();
  await scene.server.stop();
  rmSync(join(scene.agent.stateDirectory, 'known'), { recursive: true });
});
afterAll(() => scene?.close());

test('is there for DELs and ordinary pods, and says in STATUS and log what is missing', async () => {
  const from = scene.agent.log().length;
  await scene.agent.start();
  const missing = expect.stringMatching(/^the VRFs are not known: the Kubernetes API: http.*ECONNREFUSED/);
  const warnings = scene.agent
    .log()
    .slice(from)
    .filter(({ level }) => level >= 40);
  expect(warnings.map(({ msg }) => msg)).toEqual([missing]);
  expect(await strictStatus(scene.agent)).toMatchObject({ code: 50, msg: missing });
  const { pod, answer } = await scene.add('early');
  expect(answer).toMatchObject({ code: 11, details: expect.stringContaining('ECONNREFUSED') });
  await scene.detach(pod);
});

test('attaches pods as soon as the API answers', async () => {
  await scene.recovery();
  expect(await strictStatus(scene.agent)).toEqual({});
  await scene.detach(await scene.attach('late'));
});
