/** CHECK names what somebody changed on the node's side; what was taken away comes back when the agent starts. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeCombinations } from '../support/combinations.ts';
import { Attached, named } from '../support/drift.ts';
import {
  additions,
  type Damage,
  elsewhere,
  enslavement,
  filters,
  loose,
  routing,
  segment,
  Words,
} from '../support/node-changes.ts';
import { linkOf } from '../support/observe.ts';

describeCombinations(
  (combination) => {
    const { mode, backend } = combination;
    let attached: Attached;
    let words: Words;
    beforeAll(async () => {
      attached = await Attached.open(combination);
      const own =
        mode === 'routed' && backend === 'device' ? await linkOf(attached.scene.node, 'customer-a') : undefined;
      words = new Words(combination, attached, Number(own?.linkinfo?.info_data?.table ?? 254));
    });
    afterAll(() => attached?.close());

    test('an untouched node passes', async () => {
      expect(await attached.check()).toBeUndefined();
    });

    test('what others have added is named, and not removed by the agent', async () => {
      await attached.finds(attached.scene.place(), additions(combination, words));
      expect(await attached.check()).toBeUndefined();
    });

    test.each<[string, () => Damage[]]>([
      [
        'settings, filters, addresses, routes and rules',
        () => [
          { by: `ip link set ${attached.hostEnd} mtu 1400`, says: [`${words.host} has mtu 1400 instead of 1500`] },
          ...filters(words),
          ...(mode === 'bridge' ? segment(words) : routing(combination, words)),
        ],
      ],
      ...(mode === 'bridge'
        ? ([
            ['a forwarding entry to another port', () => [elsewhere(words)]],
            ['a forwarding entry to one that any frame could move', () => [loose(words)]],
            ['links in the bridge', () => enslavement(words)],
          ] satisfies [string, () => Damage[]][])
        : []),
    ])('each change of %s is named, and put right when the agent starts', async (_, changes) => {
      const made = changes();
      const error = await attached.after(attached.scene.place(), made);
      expect(named(error).toSorted()).toEqual(made.flatMap(({ says }) => says).toSorted());
      await attached.scene.agent.restart();
      expect(await attached.check()).toBeUndefined();
    });

    if (mode === 'routed' && backend === 'device') {
      // With the VRF the kernel takes routes away: what else is named is not the point.
      test('a host end that is out of its VRF is named, and put back when the agent starts', async () => {
        const error = await attached.after(attached.scene.place(), [
          { by: `ip link set ${attached.hostEnd} nomaster` },
        ]);
        expect(named(error)).toContain(`${words.host} is in no bridge or VRF instead of customer-a`);
        await attached.scene.agent.restart();
        expect(await attached.check()).toBeUndefined();
      });
    }

    test('a host end that is gone is named, and the pod end with it', async () => {
      const error = await attached.after(attached.scene.place(), [{ by: `ip link del ${attached.hostEnd}` }]);
      expect(named(error)).toEqual([`${words.host} is missing`, 'pod end net1 is missing']);
    });
  },
  ({ pod }) => pod === 'rules',
);
