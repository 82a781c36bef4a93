/** A pod that outlives its attachment, as with Multus or podman, and is attached anew. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makePod, type Pod, resultOf, runBridge, runMultivrf } from '../support/chain.ts';
import { describeCombinations } from '../support/combinations.ts';
import { ping } from '../support/ping.ts';
import { snapshot } from '../support/snapshot.ts';
import { routerOf, VrfScene } from '../support/vrf-scene.ts';

describeCombinations((combination) => {
  let scene: VrfScene;
  let pod: Pod;
  beforeAll(async () => {
    scene = await VrfScene.open(combination);
    pod = await makePod(scene.lab, scene.node, 'speaker-0');
  });
  afterAll(() => scene?.close());

  test('an attachment made anew in a pod is like the first one, and works', async () => {
    const prev = resultOf(await runBridge(scene.lab, 'ADD', pod));
    const attach = async () => {
      const result = resultOf(await runMultivrf(scene.lab, 'ADD', pod, 'customer-a', prev));
      return { result, kernel: await snapshot(pod.netns) };
    };
    const first = await attach();
    for (let round = 0; round < 2; round++) {
      resultOf(await runMultivrf(scene.lab, 'DEL', pod, 'customer-a', prev));
      expect(await attach()).toEqual(first);
    }
    const { address4, address6 } = routerOf[combination.mode];
    for (const router of [address4, address6]) expect(await ping(pod.netns, router, { device: 'net1' })).toBe(true);
  });
});
