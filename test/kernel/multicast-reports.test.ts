/** What a pod's kernel tells routers of its multicast groups: a bridge would send it to all pods, too. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from '@jest/globals';
import { describeCombinations } from '../support/combinations.ts';
import { Attached } from '../support/drift.ts';
import { linkOf } from '../support/observe.ts';
import { eventually } from '../support/snapshot.ts';

interface Redirect {
  to_dev: string;
  stats: { packets: number };
}

/** As tc tells of it: to where, and of how many packets. */
async function redirectOf({ scene, hostEnd }: Attached): Promise<Redirect | undefined> {
  const asked = ['-s', '-j', 'filter', 'show', 'dev', hostEnd, 'ingress', 'pref', '48999'];
  const told: { options?: { actions?: Redirect[] } }[] = JSON.parse(await scene.place().run('tc', asked));
  return told.find(({ options }) => options?.actions)?.options?.actions?.[0];
}

describeCombinations(
  (combination) => {
    test('MLD reports of a pod reach the customer’s router, by the uplink alone', async () => {
      const attached = await Attached.open(combination, { repair: true });
      try {
        const { scene, pod } = attached;
        const { address: mac } = await linkOf(pod.netns, 'net1');
        const dump = 'tcpdump -l -nn -Q in -i eth0 -c 1 "dst host ff02::16 and ether src $0"';
        const heard = scene.customer.router.run('timeout', ['20', 'sh', '-c', dump, mac]);
        const counted = async () => (await redirectOf(attached))?.stats.packets ?? 0;
        const before = await counted();
        // An address has a group of its own, of which the kernel tells within a second.
        for (let i = 1; i <= 20 && (await counted()) === before; i++) {
          await pod.netns.run('ip', ['-6', 'addr', 'add', `fd00::${i}/128`, 'dev', 'net1']);
          await sleep(500);
        }
        expect(await heard).toContain('multicast listener report v2');
        expect(await counted()).toBeGreaterThan(before);
      } finally {
        await attached.close();
      }
    });

    test('one that would let pass everything in its place is replaced', async () => {
      const attached = await Attached.open(combination, { repair: true });
      try {
        const { scene, hostEnd } = attached;
        const own = ['dev', hostEnd, 'ingress', 'pref', '48999'];
        const shown = () => scene.place().run('tc', ['filter', 'show', ...own]);
        const program = /bytecode '([^']+)'/.exec(await shown())![1]!;
        const direct = ['protocol', 'all', 'handle', '1', 'bpf', 'da', 'bytecode', program];
        const redirect = ['action', 'mirred', 'egress', 'redirect', 'dev', 'eth1'];
        await scene.place().run('tc', ['filter', 'replace', ...own, ...direct, ...redirect]);
        expect(await eventually(async () => (await shown()).includes('direct-action'), false)).toBe(false);
        expect(await attached.check()).toBeUndefined();
      } finally {
        await attached.close();
      }
    });

    test('what sends them there is put back when somebody takes it away', async () => {
      const attached = await Attached.open(combination, { repair: true });
      try {
        const { scene, hostEnd } = attached;
        await scene.place().run('tc', ['filter', 'del', 'dev', hostEnd, 'ingress', 'pref', '48999']);
        const isBack = async () => (await redirectOf(attached))?.to_dev;
        expect(await eventually(isBack, 'eth1')).toBe('eth1');
        expect(await attached.check()).toBeUndefined();
      } finally {
        await attached.close();
      }
    });

    test('it goes with the uplink, and comes with a new one', async () => {
      const attached = await Attached.open(combination, { repair: true });
      try {
        const { scene } = attached;
        await scene.place().run('ip', ['link', 'del', 'eth1']);
        for (let i = 0; i < 100 && (await redirectOf(attached)); i++) await sleep(200);
        expect(await redirectOf(attached)).toBeUndefined();
        await scene.node.run('ip', ['link', 'add', 'eth1', 'type', 'veth', 'peer', 'name', 'cable']);
        const found = async () => [(await redirectOf(attached))?.to_dev, await attached.check()];
        const right = ['eth1', undefined];
        for (let i = 0; i < 100 && !isDeepStrictEqual(await found(), right); i++) await sleep(200);
        expect(await found()).toEqual(right);
      } finally {
        await attached.close();
      }
    });
  },
  ({ mode }) => mode === 'bridge',
);
