/** A VRF whose definition asks for another mode or backend while pods are attached to it as it was. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { add, del, makePod, resultOf } from '../support/chain.ts';
import { type Combination, describeCombinations, possible } from '../support/combinations.ts';
import { linkOf } from '../support/observe.ts';
import { ping } from '../support/ping.ts';
import { eventually, snapshot } from '../support/snapshot.ts';
import { pool, VrfScene } from '../support/vrf-scene.ts';

/** What changes is the node's side. */
const isOther = ({ mode, backend, pod }: Combination, from: Combination) =>
  pod === from.pod && (mode !== from.mode || backend !== from.backend);

let scene: VrfScene;
afterEach(() => scene?.close());

const words = ({ mode, backend }: Combination) => `${mode}, backend ${backend}`;

/** An ordinary pod has come and gone, so that the cluster's bridge is there. */
async function open(from: Combination): Promise<unknown> {
  scene = await VrfScene.open(from);
  resultOf(await del(scene.lab, await scene.attach('plain', null), undefined));
  return snapshot(scene.node);
}

async function answers(): Promise<void> {
  expect(await ping(scene.customer.router, pool.pod4)).toBe(true);
}

async function refused(name: string, to: Combination, from: Combination): Promise<void> {
  const pod = await makePod(scene.lab, scene.node, name);
  const answer = await add(scene.lab, pod, 'customer-a');
  resultOf(await del(scene.lab, pod, 'customer-a'));
  expect(answer).toMatchObject({
    code: 100,
    msg: expect.stringMatching(
      new RegExp(`^VRF customer-a is to be ${words(to)}.*but on this node it still is ${words(from)}`),
    ),
    details: expect.stringContaining('bgp/speaker-0'),
  });
}

describeCombinations(
  (from) => {
    describe.each(possible.filter((to) => isOther(to, from)))('to $mode mode, backend $backend', (to) => {
      test('keeps its pods and takes no new ones until they are gone, then it is the other', async () => {
        const before = await open(from);
        const pod = await scene.attach();
        await scene.redefineAs(to);
        await refused('early', to, from);
        await answers();
        await scene.agent.restart();
        await refused('late', to, from);
        await answers();

        resultOf(await del(scene.lab, pod, 'customer-a'));
        expect(await eventually(() => snapshot(scene.node), before)).toEqual(before);
        await scene.rewire();
        await scene.attach();
        await answers();
        if (to.mode === 'bridge') expect((await linkOf(scene.place(), 'eth1')).master).toBe('customer-a');
      });
    });
  },
  ({ pod }) => pod === 'rules',
);
