/** A VRF whose uplink is a VLAN on an interface that others use as well. */
import { afterEach, expect, test } from '@jest/globals';
import { del, resultOf } from '../support/chain.ts';
import { describeCombinations } from '../support/combinations.ts';
import { hasVlans, hasVrfDevices } from '../support/kernel.ts';
import { linkNames, linkOf } from '../support/observe.ts';
import { ping } from '../support/ping.ts';
import { pool, VrfScene } from '../support/vrf-scene.ts';

if (!hasVlans()) test.skip('an uplink can be a VLAN: this kernel has no VLAN devices', () => {});
else
  describeCombinations(
    (combination) => {
      let scene: VrfScene;
      afterEach(() => scene?.close());

      test('the VLAN device is made with the first attachment and goes with the VRF', async () => {
        scene = await VrfScene.open(combination, { vlan: 100 });
        const pod = await scene.attach();
        expect(await linkOf(scene.place(), 'eth1.100')).toMatchObject({
          ifalias: 'multivrf:customer-a',
          linkinfo: { info_kind: 'vlan', info_data: { id: 100 } },
        });
        expect(await ping(scene.customer.router, pool.pod4)).toBe(true);
        expect(await ping(scene.customer.router, pool.pod6)).toBe(true);

        await scene.agent.removeVrf('customer-a');
        resultOf(await del(scene.lab, pod, 'customer-a'));
        expect((await linkNames(scene.node)).sort()).toEqual(['cni0', 'eth1', 'lo']);
      });
    },
    // The pod's side makes no difference.
    ({ pod }) => pod === (hasVrfDevices() ? 'device' : 'rules'),
  );
