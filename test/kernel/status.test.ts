/** STATUS with `strictStatus`, and `multivrfctl status`: whether the next annotated pod could be attached. */
import { renameSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { strictStatus } from '../support/housekeeping.ts';
import { Scene, specWith } from '../support/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({ 'customer-a': specWith() });
});
afterAll(() => scene?.close());

const program = resolve(import.meta.dirname, '../../build/multivrfctl.mjs');
const multivrfctl = (...options: string[]) =>
  execa(process.execPath, [program, '--socket', scene.agent.socket, 'status', ...options], { reject: false });

test('is OK with an agent that can attach pods, whatever a single VRF file is like', async () => {
  await scene.agent.writeVrf('broken', 'spec: [');
  expect(await strictStatus(scene.agent)).toEqual({});
  expect(await multivrfctl()).toMatchObject({ exitCode: 0, stdout: 'ready: pods can be attached' });
});

test('is 50 when the state cannot be written', async () => {
  const { stateDirectory } = scene.agent;
  renameSync(stateDirectory, `${stateDirectory}.away`);
  expect(await strictStatus(scene.agent)).toMatchObject({
    code: 50,
    msg: expect.stringMatching(`^state directory ${stateDirectory} cannot be written: ENOENT`),
  });
  expect(await multivrfctl()).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(
      `^not ready: state directory ${stateDirectory} cannot be written: ENOENT.*; no pod can`,
    ),
  });
  // To be killed would not help this agent.
  expect(await multivrfctl('--alive')).toMatchObject({ exitCode: 0 });
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
  for (const options of [[], ['--alive']]) {
    expect(await multivrfctl(...options)).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/^multivrfctl: agent cannot be reached: connect\(.*; is multivrf-agent running/),
    });
  }
});
