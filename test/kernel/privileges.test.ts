/** What the agent may do, and what it needs for that. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { add, del, makePod, resultOf, runBridge, runMultivrf } from '../support/chain.ts';
import { describeCombinations, possible } from '../support/combinations.ts';
import { addressesOf } from '../support/observe.ts';
import { ping } from '../support/ping.ts';
import { pool, routerOf, VrfScene } from '../support/vrf-scene.ts';

jest.setTimeout(60_000);

/** CAP_NET_ADMIN (linux/capability.h: bit 12) and nothing else. */
const netAdminOnly = '0000000000001000';

let scene: VrfScene;
afterEach(() => scene?.close());

describeCombinations(
  (combination) => {
    test.each([0, 65534])('CAP_NET_ADMIN alone is enough for an agent with uid %d', async (uid) => {
      scene = await VrfScene.open(combination, { agent: { capabilities: 'net_admin', uid } });
      const status = readFileSync(`/proc/${scene.agent.pid}/status`, 'utf8');
      expect(status).toMatch(new RegExp(`^Uid:\\s+${uid}\\s`, 'm'));
      for (const set of ['CapPrm', 'CapEff', 'CapBnd'])
        expect(status).toMatch(new RegExp(`^${set}:\\s+${netAdminOnly}$`, 'm'));

      const pod = await scene.attach();
      expect(await ping(scene.customer.router, pool.pod4)).toBe(true);
      expect(await ping(pod.netns, routerOf[combination.mode].address6, { device: 'net1' })).toBe(true);
      await scene.agent.restart();
      resultOf(await del(scene.lab, pod, 'customer-a'));
      expect(await ping(scene.customer.router, pool.pod4, { tries: 1 })).toBe(false);
    });
  },
  ({ backend }) => backend === 'device',
);

test('a VRF in a namespace of its own needs CAP_SYS_ADMIN, and the error says so', async () => {
  scene = await VrfScene.open(
    { mode: 'bridge', backend: 'namespace', pod: 'rules' },
    { agent: { capabilities: 'net_admin' } },
  );
  const pod = await makePod(scene.lab, scene.node, 'speaker-0');
  const answer = await add(scene.lab, pod, 'customer-a');
  expect(answer).toMatchObject({ code: 101, details: expect.stringContaining('CAP_SYS_ADMIN') });
});

describe('the plugin built with pkg, which cannot enter a namespace', () => {
  const [combination] = possible;
  if (!combination) throw new Error('this kernel can do nothing');

  test('works with an agent that can: CAP_SYS_ADMIN', async () => {
    scene = await VrfScene.open(combination);
    const pod = await scene.attach('speaker-0', 'customer-a', { plugin: 'pkg' });
    expect(await ping(scene.customer.router, pool.pod4)).toBe(true);
    expect(await pod.netns.sysctl('net/ipv4/ip_forward')).toBe('0');
    resultOf(await del(scene.lab, pod, 'customer-a', { plugin: 'pkg' }));
    expect(await ping(scene.customer.router, pool.pod4, { tries: 1 })).toBe(false);
  });

  test('says what is missing when the agent cannot', async () => {
    scene = await VrfScene.open(combination, { agent: { capabilities: 'net_admin' } });
    const pod = await makePod(scene.lab, scene.node, 'speaker-0');
    const prev = resultOf(await runBridge(scene.lab, 'ADD', pod));
    const answer = await runMultivrf(scene.lab, 'ADD', pod, 'customer-a', prev, { plugin: 'pkg' });
    expect(answer).toMatchObject({
      code: 5,
      msg: expect.stringContaining(pod.netns.path),
      details: expect.stringContaining('CAP_SYS_ADMIN'),
    });
    await expect(addressesOf(pod.netns, 'net1')).rejects.toThrow('does not exist');
  });
});
