/** DEL succeeds and leaves nothing, whatever happened to the VRF and whoever else is at it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isError, type Pod, runMultivrf } from '../support/chain.ts';
import { recordFiles } from '../support/housekeeping.ts';
import { linkNames } from '../support/observe.ts';
import { Scene, specWith } from '../support/scene.ts';
import { eventually } from '../support/snapshot.ts';

/** On the node, whatever the kernel can do. */
const spec = specWith({ uplinks: [], backend: 'device' });
const annotation = 'customer-a=192.0.2.50/24';
let scene: Scene;
let pod: Pod;
beforeAll(async () => {
  scene = await Scene.open({ 'customer-a': spec });
  pod = await scene.pod('speaker-0');
});
afterAll(() => scene?.close());

const hostEnds = async () => (await linkNames(scene.node)).filter((name) => /^mv[0-9a-f]{12}$/.test(name));
const multivrf = (verb: 'ADD' | 'DEL') =>
  runMultivrf(scene.lab, verb, pod, annotation, verb === 'ADD' ? {} : undefined);

async function expectNothingLeft(): Promise<void> {
  expect(recordFiles(scene.agent)).toEqual([]);
  expect(await eventually(hostEnds, [])).toEqual([]);
}

describe('of a VRF', () => {
  test.each([
    ['that is another now', () => scene.agent.writeVrf('customer-a', { ...spec, mode: 'routed', mtu: 1400 })],
    ['that is invalid', () => scene.agent.writeVrf('customer-a', { ...spec, mode: 'none' })],
    ['whose file is no YAML', () => scene.agent.writeVrf('customer-a', 'spec: [')],
    ['that is not defined any more', () => scene.agent.removeVrf('customer-a')],
  ])('%s, in the next run of the agent as well', async (_what, change) => {
    await scene.attach(pod, annotation);
    await change();
    await scene.agent.restart();
    expect(isError(await multivrf('DEL'))).toBe(false);
    await expectNothingLeft();
    await scene.agent.writeVrf('customer-a', spec);
  });
});

test('many at once for the same container', async () => {
  await scene.attach(pod, annotation);
  const answers = await Promise.all(Array.from({ length: 4 }, () => multivrf('DEL')));
  expect(answers.filter(isError)).toEqual([]);
  await expectNothingLeft();
});

test('in the middle of an ADD of the same container', async () => {
  for (let time = 0; time < 5; time++) {
    // The ADD may find, on coming back to the pod, that its interface is gone again: what it answers is not the point.
    const [, ...deleted] = await Promise.all([multivrf('ADD'), multivrf('DEL'), multivrf('DEL')]);
    expect(deleted.filter(isError)).toEqual([]);
    expect(isError(await multivrf('DEL'))).toBe(false);
    await expectNothingLeft();
  }
});
