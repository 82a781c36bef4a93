/** What the customer's router knows of a pod that has just been attached. */
import { expect, jest, test } from '@jest/globals';
import { describeCombinations } from '../support/combinations.ts';
import { linkOf } from '../support/observe.ts';
import { pool, VrfScene } from '../support/vrf-scene.ts';

jest.setTimeout(60_000);

interface Neighbour {
  dst: string;
  lladdr?: string;
}

const elsewhere = '02:00:00:00:00:99';

describeCombinations(
  (combination) => {
    test("a router's stale ARP and neighbour entries are put right without the pod sending anything itself", async () => {
      const scene = await VrfScene.open(combination);
      try {
        const { router } = scene.customer;
        for (const address of [pool.pod4, pool.pod6]) {
          await router.run('ip', ['neigh', 'replace', address, 'lladdr', elsewhere, 'dev', 'eth0', 'nud', 'stale']);
        }
        const pod = await scene.attach();
        const { address: mac } = await linkOf(pod.netns, 'net1');
        const known = async () =>
          (await router.ip<Neighbour>('neigh', 'show', 'dev', 'eth0'))
            .filter(({ dst }) => dst === pool.pod4 || dst === pool.pod6)
            .map(({ lladdr }) => lladdr);
        for (let tries = 0; tries < 100 && (await known()).includes(elsewhere); tries++) {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        expect(await known()).toEqual([mac, mac]);
      } finally {
        await scene.close();
      }
    });
  },
  ({ mode }) => mode === 'bridge',
);
