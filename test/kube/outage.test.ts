/** The API server may be away for any time: what is known works on. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Pod } from '../support/chain.ts';
import { strictStatus } from '../support/housekeeping.ts';
import { ping } from '../support/ping.ts';
import { specWith } from '../support/scene.ts';
import { KubeScene, router } from './kube-scene.ts';
import { reserving } from './reserving.ts';

const addresses = reserving('second', 'third');

let scene: KubeScene;
let first: Pod;
beforeAll(async () => {
  scene = await KubeScene.open({ 'customer-a': specWith(addresses) });
  first = await scene.attach('first');
});
afterAll(() => scene?.close());

const reaches = (pod: Pod) => ping(pod.netns, router, { device: 'net1' });

test('ADD and DEL of a VRF that is known go on, and what is attached stays', async () => {
  await scene.outage();
  const second = await scene.attach('second');
  expect([await reaches(first), await reaches(second)]).toEqual([true, true]);
  await scene.detach(second);
});

test('ADD of a VRF that is not known says that the API is away', async () => {
  const { pod, answer } = await scene.add('early', 'customer-b');
  expect(answer).toMatchObject({
    code: 11,
    msg: 'VRF customer-b is not known, and the Kubernetes API cannot be asked about it',
    details: expect.stringMatching(/^the Kubernetes API: http.*ECONNREFUSED/),
  });
  await scene.detach(pod, 'customer-b');
});

test('an agent that starts meanwhile serves what was known last, is available, and tells once that the API is away', async () => {
  const from = scene.agent.log().length;
  await scene.agent.restart();
  const warnings = scene.agent
    .log()
    .slice(from)
    .filter(({ level }) => level >= 40);
  expect(warnings).toMatchObject([
    { msg: 'starting with the VRFs that were known last', outage: expect.stringContaining('ECONNREFUSED') },
  ]);
  expect(await strictStatus(scene.agent)).toEqual({});
  expect(await reaches(first)).toBe(true);
  const third = await scene.attach('third');
  expect(await reaches(third)).toBe(true);
  await scene.detach(third);
});

test('everything that happened is taken up when the API is back', async () => {
  await scene.recovery();
  await scene.define('customer-a', { mtu: 1400, ...addresses });
  await scene.detach(first);
  await scene.detach(await scene.attach('fourth'));
  const outages = scene.agent.log().filter(({ msg }) => msg.startsWith('the Kubernetes API cannot be followed'));
  expect(outages).toHaveLength(1);
});
