/** The agent changes the kernel only where it differs from what was made. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Pod } from '../support/chain.ts';
import { describeCombinations } from '../support/combinations.ts';
import { Monitor } from '../support/monitor.ts';
import { hostEndOf, linkOf } from '../support/observe.ts';
import { ping } from '../support/ping.ts';
import { eventually, snapshot } from '../support/snapshot.ts';
import { pool, VrfScene } from '../support/vrf-scene.ts';

describeCombinations((combination) => {
  let scene: VrfScene;
  let pod: Pod;
  beforeAll(async () => {
    scene = await VrfScene.open(combination, { agent: { repair: false } });
    pod = await scene.attach();
  });
  afterAll(() => scene?.close());

  test('a restart of the agent with a pod attached is no event in the kernel', async () => {
    const places = [...new Set([scene.node, scene.place(), pod.netns])];
    const monitors = await Promise.all(places.map((netns) => Monitor.start(netns)));
    let act = () => scene.agent.restart();
    const events: string[][] = [];
    for (const monitor of monitors) {
      const inner = act;
      act = async () => {
        events.push(await monitor.during(inner));
      };
    }
    await act();
    expect(events).toEqual(places.map(() => []));
  });

  test('a second pod is no event for the VRF and the first one', async () => {
    const monitor = await Monitor.start(pod.netns);
    const events = await monitor.during(async () => {
      await scene.attach('speaker-1');
    });
    expect(events).toEqual([]);
  });

  test("what somebody changed on the node's side is put right at the next start", async () => {
    const place = scene.place();
    const before = await snapshot(place);
    const hostEnd = await hostEndOf(place, 'multivrf:customer-a:bgp/speaker-0:net1');
    const { master } = await linkOf(place, hostEnd);
    const bridged = combination.mode === 'bridge';
    const damage = [
      `ip link set ${hostEnd} down`,
      ...(master ? [`ip link set ${hostEnd} nomaster`] : []),
      `tc qdisc del dev ${hostEnd} clsact`,
      'tc filter del dev eth1 ingress',
      ...(bridged
        ? [`ip link set customer-a down`]
        : [`ip route del ${pool.pod4} dev ${hostEnd} ${master ? 'vrf customer-a' : ''} || true`]),
      ...(master && !bridged
        ? ['ip rule del pref 0 oif customer-a unreachable', 'ip -6 rule del pref 0 oif customer-a unreachable']
        : []),
    ];
    await place.run('sh', ['-ec', damage.join('\n')]);
    expect(await ping(scene.customer.router, pool.pod4, { tries: 1 })).toBe(false);

    await scene.agent.restart();
    expect(await eventually(() => snapshot(place), before)).toEqual(before);
    expect(await ping(scene.customer.router, pool.pod4)).toBe(true);
    expect(await ping(scene.customer.router, pool.pod6)).toBe(true);
  });
});
