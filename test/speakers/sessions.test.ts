/** Speakers of every make as an ordinary pod runs them, each against a customer's router of another make. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Pod } from '../support/chain.ts';
import { describeCombinations } from '../support/combinations.ts';
import type { Customer } from '../support/customer.ts';
import { hasVrfDevices } from '../support/kernel.ts';
import { isUnbroken, timers } from '../support/speakers/speaker.ts';
import { type Make, type Peer, type Side, type Speaker, Speakers } from '../support/speakers.ts';
import { routerOf, VrfScene } from '../support/vrf-scene.ts';

/** All customers use the same addresses and announce the same prefixes. */
const podAddress = { v4: '192.0.2.20', v6: '2001:db8::20' };
const fromPod = ['100.64.0.0/24', '2001:db8:64::/48'];
const fromRouter = ['10.0.0.0/8', '2001:db8:a::/48', '203.0.113.0/24'];
const asn = { pod: 65001, router: 65010 };

const pairs: { speaker: Make; router: Make; vrf: string; uplink: string }[] = [
  { speaker: 'BIRD', router: 'GoBGP', vrf: 'customer-a', uplink: 'eth1' },
  { speaker: 'GoBGP', router: 'FRR', vrf: 'customer-b', uplink: 'eth2' },
  { speaker: 'FRR', router: 'GoBGP', vrf: 'customer-c', uplink: 'eth3' },
];

const backend = hasVrfDevices() ? 'device' : 'namespace';

describeCombinations(
  (combination) => {
    const router = routerOf[combination.mode];
    const hops = combination.mode === 'bridge' ? 1 : 2;
    const podSide = (vrf: string): Side =>
      combination.pod === 'device' ? { kind: 'device', vrf } : { kind: 'rules', interface: 'net1' };
    const able = pairs.filter(({ speaker }) => speaker !== 'FRR' || combination.pod === 'rules');
    const unable = pairs.filter((pair) => !able.includes(pair));
    let scene: VrfScene;
    let speakers: Speakers;
    const running = new Map<Make, { speaker: Speaker; router: Speaker; pod: Pod }>();

    const peersOf = (address: { v4: string; v6: string }, local: { v4: string; v6: string }, as: number): Peer[] => [
      { address: address.v4, local: local.v4, asn: as, hops, password: 'ordinary' },
      { address: address.v6, local: local.v6, asn: as, hops },
    ];

    async function startPair({ speaker, router: make, vrf }: (typeof pairs)[number], { router: netns }: Customer) {
      const addresses = [`${podAddress.v4}/24`, `${podAddress.v6}/64`];
      const pod = await scene.attach(speaker.toLowerCase(), JSON.stringify([{ vrf, addresses }]));
      const there = { v4: router.address4, v6: router.address6 };
      running.set(speaker, {
        pod,
        speaker: await speakers.start(speaker, pod.netns, `${vrf}-pod`, {
          asn: asn.pod,
          routerId: podAddress.v4,
          side: podSide(vrf),
          peers: peersOf(there, podAddress, asn.router),
          announces: fromPod,
        }),
        router: await speakers.start(make, netns, `${vrf}-router`, {
          asn: asn.router,
          routerId: there.v4,
          side: { kind: 'main' },
          peers: peersOf(podAddress, there, asn.pod),
          announces: fromRouter,
        }),
      });
    }

    beforeAll(async () => {
      speakers = await Speakers.open();
      scene = await VrfScene.open(combination);
      for (const pair of able) {
        const first = pair.vrf === 'customer-a';
        await startPair(pair, first ? scene.customer : await scene.addCustomer(pair.vrf, pair.uplink));
      }
    });
    afterAll(async () => {
      await scene?.close();
      await speakers?.close();
    });

    describe.each(able)('$speaker in the pod, $router as router', ({ speaker: make }) => {
      const here = () => running.get(make)!;

      test('both sessions are Established, IPv4 with TCP MD5, and bring the prefixes of each side to the other', async () => {
        const { speaker, router } = here();
        const [atPod, atRouter] = [await speaker.converged(), await router.converged()];
        expect(atPod.flatMap(({ received }) => received).sort()).toEqual(fromRouter);
        expect(atRouter.flatMap(({ received }) => received).sort()).toEqual(fromPod);
      });

      test('the speaker has neither capabilities nor a way to any', () => {
        const { speaker } = here();
        const has = (key: string) => speaker.status(key);
        expect([has('CapEff'), has('CapPrm'), has('CapInh'), has('CapBnd'), has('CapAmb')]).toEqual(
          Array(5).fill('0'.repeat(16)),
        );
        expect([has('NoNewPrivs'), has('Uid'), has('Groups')]).toEqual(['1', '65534\t65534\t65534\t65534', '']);
      });
    });

    test('sessions outlive an agent that is killed, stays away for longer than their hold time, and comes back', async () => {
      const all = [...running.values()].flatMap(({ speaker, router }) => [speaker, router]);
      const sessions = async () => (await Promise.all(all.map((one) => one.sessions()))).flat();
      const before = await sessions();
      const broken = async () => (await sessions()).filter((session, i) => !isUnbroken(before[i]!, session));
      await scene.agent.kill();
      await sleep((timers.hold + 1) * 1000);
      expect(await broken()).toEqual([]);
      await scene.agent.start();
      expect(await broken()).toEqual([]);
    });

    for (const { speaker } of unable) {
      test.skip(`${speaker} in the pod: bgpd without zebra, which needs capabilities, knows no VRF device`, () => {});
    }
  },
  (combination) => combination.backend === backend,
);
