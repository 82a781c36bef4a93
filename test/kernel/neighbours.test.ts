/** What the customer's router knows of a pod that has just been attached. */
import { expect, test } from '@jest/globals';
import { describeCombinations } from '../support/combinations.ts';
import { addressesOf, linkOf } from '../support/observe.ts';
import { eventually } from '../support/snapshot.ts';
import { pool, VrfScene } from '../support/vrf-scene.ts';

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

    test('so are those for each of many pods that come at once', async () => {
      const scene = await VrfScene.open(combination);
      try {
        const { router } = scene.customer;
        // With the first pod the uplink may go to another namespace: a router forgets all when its cable is out for a moment.
        await scene.attach();
        await router.run('ping', ['-c', '1', '-w', '10', pool.pod4]);
        const subnet = Array.from({ length: 253 }, (_, i) => `192.0.2.${i + 2}`).filter((one) => one !== pool.pod4);
        const stale = subnet.map((address) => `neigh replace ${address} lladdr ${elsewhere} dev eth0 nud stale\n`);
        await router.run('ip', ['-batch', '-'], { input: stale.join('') });
        const names = Array.from({ length: 10 }, (_, i) => `speaker-${i + 1}`);
        const pods = await Promise.all(names.map((name) => scene.attach(name)));
        const wanted = new Map<string, string>();
        for (const { netns } of pods) {
          const [address] = await addressesOf(netns, 'net1');
          wanted.set(address!.split('/')[0]!, (await linkOf(netns, 'net1')).address);
        }
        const known = async () =>
          new Map(
            (await router.ip<Neighbour>('neigh', 'show', 'dev', 'eth0'))
              .filter(({ dst, lladdr }) => wanted.has(dst) && lladdr !== elsewhere)
              .map(({ dst, lladdr }) => [dst, lladdr]),
          );
        expect(await eventually(known, wanted)).toEqual(wanted);
      } finally {
        await scene.close();
      }
    });
  },
  ({ mode }) => mode === 'bridge',
);
