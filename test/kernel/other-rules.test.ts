/** Other programs that have policy rules on the node: Cilium moves table `local`, systemd-networkd removes what it does not know. */
import { afterEach, expect, test } from '@jest/globals';
import { cluster, del, type Pod, resultOf } from '../support/chain.ts';
import { describeCombinations } from '../support/combinations.ts';
import { ping } from '../support/ping.ts';
import { pool, uplinkOf, VrfScene } from '../support/vrf-scene.ts';

interface Rule {
  priority: number;
  protocol?: string;
  table?: string;
}

const families = ['-4', '-6'] as const;
const rulesOf = (family: string) => scene.node.ip<Rule>(family, '-d', 'rule', 'show');
/** In their order, but for the one that the kernel makes with the first VRF device and keeps (vrf.c: pref 1000, l3mdev). */
const asked = async () =>
  (await Promise.all(families.map(rulesOf))).map((rules) => rules.flatMap(({ table }) => table ?? []));

/** As Cilium's agent leaves them: `local` behind its own, packets for a proxy in a table of their own. */
const cilium = families.flatMap((family) => [
  `ip ${family} rule add pref 100 lookup local`,
  `ip ${family} rule del pref 0 lookup local`,
  `ip ${family} rule add pref 9 fwmark 0x200/0xf00 lookup 2004`,
]);

let scene: VrfScene;
let neighbour: Pod;
afterEach(() => scene?.close());

async function reachesPodAlone(): Promise<void> {
  const { router } = scene.customer;
  expect(await ping(router, pool.pod4)).toBe(true);
  expect(await ping(router, pool.pod6)).toBe(true);
  const { address4: via4, address6: via6 } = uplinkOf;
  await router.run('ip', ['route', 'replace', cluster.gateway4, 'via', via4]);
  await router.run('ip', ['route', 'replace', cluster.gateway6, 'via', via6]);
  expect(await ping(router, cluster.gateway4, { tries: 1 })).toBe(false);
  expect(await ping(router, cluster.gateway6, { tries: 1 })).toBe(false);
  expect(await ping(neighbour.netns, cluster.gateway4)).toBe(true);
  expect(await ping(neighbour.netns, cluster.gateway6)).toBe(true);
}

describeCombinations(
  (combination) => {
    test('where Cilium has moved table local it stays, and the VRF is as closed as ever', async () => {
      scene = await VrfScene.open(combination);
      neighbour = await scene.attach('neighbour', null);
      await scene.node.run('sh', ['-ec', cilium.join('\n')]);
      const before = await asked();
      const pod = await scene.attach();
      for (const family of families) {
        const local = (await rulesOf(family)).filter(({ table }) => table === 'local');
        expect(local.map(({ priority }) => priority)).toEqual([100]);
      }
      await reachesPodAlone();
      resultOf(await del(scene.lab, pod, 'customer-a'));
      await scene.agent.removeVrf('customer-a');
      await scene.agent.waitFor(({ msg }) => msg === 'VRF removed from this node');
      expect(await asked()).toEqual(before);
    });

    test('where Cilium moves table local under an attached pod, the VRF is as closed as ever', async () => {
      scene = await VrfScene.open(combination);
      neighbour = await scene.attach('neighbour', null);
      await scene.attach();
      await scene.node.run('sh', ['-ec', cilium.join('\n')]);
      await reachesPodAlone();
    });

    test('systemd-networkd, which removes all rules but those of protocol kernel, removes none of ours', async () => {
      scene = await VrfScene.open(combination);
      await scene.attach();
      const all = (await Promise.all(families.map(rulesOf))).flat();
      expect(all.length).toBeGreaterThan(8);
      expect(all.filter(({ protocol }) => protocol !== 'kernel')).toEqual([]);
    });

    test('while VRFs come and go the node answers the cluster without a gap', async () => {
      scene = await VrfScene.open(combination);
      neighbour = await scene.attach('neighbour', null);
      const pinging = neighbour.netns.run('ping', ['-n', '-q', '-i', '0.002', '-w', '5', cluster.gateway4]);
      for (let time = 0; time < 3; time++) {
        const pod = await scene.attach(`speaker-${time}`);
        resultOf(await del(scene.lab, pod, 'customer-a'));
        await scene.agent.removeVrf('customer-a');
        await scene.redefine({});
      }
      expect(await pinging).toMatch(/ 0% packet loss/);
    });
  },
  // Only a routed VRF on a device has rules on the node.
  ({ mode, backend, pod }) => mode === 'routed' && backend === 'device' && pod === 'rules',
);
