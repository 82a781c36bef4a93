/** STATUS with `strictStatus`: whether the next annotated pod could be attached. */
import { renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { strictStatus } from '../support/housekeeping.ts';
import { Scene, specWith } from '../support/scene.ts';

jest.setTimeout(60_000);

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({ 'customer-a': specWith() });
});
afterAll(() => scene?.close());

test('is OK with an agent that can attach pods, whatever a single VRF file is like', async () => {
  await scene.agent.writeVrf('broken', 'spec: [');
  expect(await strictStatus(scene.agent)).toEqual({});
});

test('is 50 when the state cannot be written', async () => {
  const { stateDirectory } = scene.agent;
  renameSync(stateDirectory, `${stateDirectory}.away`);
  expect(await strictStatus(scene.agent)).toMatchObject({
    code: 50,
    msg: expect.stringMatching(`^state directory ${stateDirectory} cannot be written: ENOENT`),
  });
  renameSync(`${stateDirectory}.away`, stateDirectory);
  expect(await strictStatus(scene.agent)).toEqual({});
});

test('is 50 when the VRFs cannot be read', async () => {
  const directory = dirname(scene.agent.vrfFile('customer-a'));
  const from = scene.agent.log().length;
  renameSync(directory, `${directory}.away`);
  await scene.agent.waitFor(({ msg }) => msg.includes('its VRFs stay in force'), from);
  expect(await strictStatus(scene.agent)).toMatchObject({
    code: 50,
    msg: expect.stringMatching(`^VRF directory ${directory} cannot be read`),
  });
});

test('is 50 without an agent', async () => {
  await scene.agent.stop();
  expect(await strictStatus(scene.agent)).toMatchObject({ code: 50, msg: expect.stringContaining('agent') });
});
