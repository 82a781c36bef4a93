/** What somebody changes by hand on the node's side is put right by the agent while it runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeCombinations } from '../support/combinations.ts';
import { Attached } from '../support/drift.ts';
import { Monitor } from '../support/monitor.ts';
import { additions, type Damage, enslavement, filters, routing, segment, Words } from '../support/node-changes.ts';
import { linkOf } from '../support/observe.ts';
import { eventually } from '../support/snapshot.ts';

const repairing = 'the kernel differs from what was made: repairing';

describeCombinations(
  (combination) => {
    const { mode, backend } = combination;
    let attached: Attached;
    let words: Words;
    beforeAll(async () => {
      attached = await Attached.open(combination, { repair: true });
      const own =
        mode === 'routed' && backend === 'device' ? await linkOf(attached.scene.node, 'customer-a') : undefined;
      words = new Words(combination, attached, Number(own?.linkinfo?.info_data?.table ?? 254));
    });
    afterAll(() => attached?.close());

    test('what others have added is named by CHECK, and not removed', async () => {
      await attached.finds(attached.scene.place(), additions(combination, words));
      expect(await attached.check()).toBeUndefined();
    });

    test.each<[string, () => Damage[]]>([
      ['filters', () => filters(words)],
      [
        'settings, addresses, routes and rules',
        () => [
          { by: `ip link set ${attached.hostEnd} mtu 1400`, says: [] },
          ...(mode === 'bridge' ? segment(words) : routing(combination, words)),
        ],
      ],
      ...(mode === 'bridge' ? [['links', () => enslavement(words)] as [string, () => Damage[]]] : []),
    ])('%s are put right within seconds, and the log tells of it', async (_, changes) => {
      const { scene } = attached;
      const from = scene.agent.log().length;
      await scene.place().run('sh', [
        '-ec',
        changes()
          .map(({ by }) => by)
          .join('\n'),
      ]);
      const { steps } = await scene.agent.waitFor(({ msg }) => msg === repairing, from);
      expect(steps).not.toEqual([]);
      expect(await eventually(() => attached.check(), undefined)).toBeUndefined();
    });

    // The place makes no difference to the rest, and it takes seconds.
    if (backend === 'device') {
      test('an uplink that somebody has put into another bridge is reported and left; what else is wrong is repaired', async () => {
        const { node, agent } = attached.scene;
        const from = agent.log().length;
        await node.run('sh', [
          '-ec',
          `ip link add br9 type bridge; ip link set eth1 nomaster; ip link set eth1 master br9; tc qdisc del dev ${attached.hostEnd} clsact`,
        ]);
        expect(await agent.waitFor(({ error }) => String(error).includes('br9'), from)).toMatchObject({
          msg: 'VRF could not be repaired',
          error: 'uplink eth1 belongs to bridge or VRF br9 already',
        });
        const filtered = async () =>
          (await node.run('tc', ['qdisc', 'show', 'dev', attached.hostEnd])).includes('clsact');
        expect(await eventually(filtered, true)).toBe(true);
        expect(await linkOf(node, 'eth1')).toMatchObject({ master: 'br9' });
        await node.run('ip', ['link', 'del', 'br9']);
        await agent.waitFor(({ msg }) => msg === 'VRF is again as it was made', from, 20_000);
        expect(await attached.check()).toBeUndefined();
      });
      test('what is right is left in peace', async () => {
        const monitor = await Monitor.start(attached.scene.place());
        const from = attached.scene.agent.log().length;
        const events = await monitor.during(() => sleep(2_000));
        // A port of the cluster's bridge begins to forward after half a minute.
        expect(events.filter((line) => !/\d+: veth[0-9a-f]{8}@/.test(line))).toEqual([]);
        const debug = 20;
        const told = attached.scene.agent.log().slice(from);
        expect(told.filter(({ level }) => level > debug)).toEqual([]);
      });

      test('what somebody puts wrong again and again is reported, and repaired at a slow pace', async () => {
        const { agent } = attached.scene;
        const from = agent.log().length;
        const fought = () =>
          agent
            .log()
            .slice(from)
            .find(({ msg }) => msg.startsWith('somebody keeps changing'));
        for (let round = 0; round < 60 && !fought(); round++) {
          await attached.scene.place().tryRun('tc', ['filter', 'del', 'dev', attached.hostEnd, 'egress']);
          await sleep(300);
        }
        expect(fought()).toMatchObject({ level: 50, vrf: 'customer-a' });
        const repairs = () =>
          agent
            .log()
            .slice(from)
            .filter(({ msg }) => msg === repairing).length;
        const before = repairs();
        await attached.scene.place().tryRun('tc', ['filter', 'del', 'dev', attached.hostEnd, 'egress']);
        await sleep(2_000);
        expect(repairs()).toBe(before);
      });
    }
  },
  ({ pod }) => pod === 'rules',
);
