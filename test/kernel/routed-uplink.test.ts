/** Mode routed, beyond the cable: networks behind the customer's router. */
import { expect, test } from '@jest/globals';
import { describeCombinations } from '../support/combinations.ts';
import { ping } from '../support/ping.ts';
import { pool, routerOf, VrfScene } from '../support/vrf-scene.ts';

const behind = ['203.0.113.1', '2001:db8:beef::1'] as const;

describeCombinations(
  (combination) => {
    test('a pod reaches networks behind the router that the VRF names, both ways', async () => {
      const scene = await VrfScene.open(combination);
      try {
        const { router } = scene.customer;
        for (const address of behind) await router.run('ip', ['address', 'add', address, 'dev', 'lo']);
        const pod = await scene.attach();
        expect(await ping(pod.netns, behind[0], { device: 'net1', tries: 1 })).toBe(false);
        const { address4, address6 } = routerOf.routed;
        const routes = [
          { to: '0.0.0.0/0', via: address4 },
          { to: '::/0', via: address6 },
        ];
        await scene.redefine({ routes });
        for (const address of behind) expect(await ping(pod.netns, address, { device: 'net1' })).toBe(true);
        expect(await ping(router, pool.pod4, { device: behind[0] })).toBe(true);
      } finally {
        await scene.close();
      }
    });
  },
  ({ mode }) => mode === 'routed',
);
