/** GC and STATUS of a chain, as CRI-O calls the one and containerd and CRI-O the other. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Pod } from '../support/chain.ts';
import type { CniNetwork } from '../support/cni-driver.ts';
import { callPlugin, noPoint } from '../support/cni-exec.ts';
import { linkNames } from '../support/observe.ts';
import { ping } from '../support/ping.ts';
import type { Scene } from '../support/scene.ts';
import { bridge, emptyPod, eth0Of, leases, multivrf, network, openScene, settle } from './networks.ts';

let scene: Scene;
let neighbour: Pod;
let net: CniNetwork;
beforeAll(async () => {
  scene = await openScene();
  neighbour = await settle(scene);
  net = network(scene, '1.1.0', [bridge(scene), multivrf(scene)]);
});
afterAll(() => scene?.close());

const chainOf = (conf: Record<string, unknown>) => network(scene, '1.1.0', [bridge(scene), multivrf(scene, conf)]);
const attached = async (pod: Pod) => (await linkNames(pod.netns)).includes('net1');

async function attach(name: string, through = net): Promise<Pod> {
  const pod = await emptyPod(scene, name);
  await through.add(eth0Of(pod, 'customer-a'));
  return pod;
}

describe('GC', () => {
  test('of a runtime that remembers frees all that it does not list, of the primary plugin too', async () => {
    const before = leases(scene);
    const stale = await attach('forgotten');
    await net.gc([eth0Of(neighbour)]);
    expect((await linkNames(stale.netns)).filter((name) => ['eth0', 'net1'].includes(name))).toEqual([]);
    expect(leases(scene)).toEqual(before);
    expect(await attached(neighbour)).toBe(true);
  });

  test('of a runtime that remembers nothing removes our attachments that it does not list, and no other', async () => {
    const [stale, kept] = [await attach('stale'), await attach('kept')];
    const elsewhere = network(scene, '1.1.0', [bridge(scene), multivrf(scene)], 'elsewhere');
    const foreign = await attach('foreign', elsewhere);
    net.forget();
    await net.gc([eth0Of(kept), eth0Of(neighbour)]);
    expect(await Promise.all([stale, kept, neighbour, foreign].map(attached))).toEqual([false, true, true, true]);
    expect(await ping(kept.netns, '192.0.2.1', { device: 'net1' })).toBe(true);
  });

  test.each([
    ['missing', {}],
    ['no list', { 'cni.dev/valid-attachments': {} }],
  ])('whose list is %s removes nothing', async (_, conf) => {
    const config = { ...multivrf(scene), name: 'cluster', cniVersion: '1.1.0', ...conf };
    expect(await callPlugin(scene.node.enter, 'GC', 'multivrf', noPoint, config)).toEqual({});
    expect(await attached(neighbour)).toBe(true);
  });

  test('is code 1 before version 1.1.0', async () => {
    const config = { ...multivrf(scene), name: 'cluster', cniVersion: '1.0.0', 'cni.dev/valid-attachments': [] };
    await expect(callPlugin(scene.node.enter, 'GC', 'multivrf', noPoint, config)).rejects.toMatchObject({
      body: { code: 1 },
    });
  });
});

describe('STATUS', () => {
  test('is well with an agent', async () => {
    await net.status();
    await chainOf({ strictStatus: true }).status();
  });

  describe('without an agent', () => {
    beforeAll(() => scene.agent.stop());
    afterAll(() => scene.agent.start());

    test('is well all the same: ordinary pods are served', () => net.status());

    test('is 50 with the reason where the configuration is strict about it', async () => {
      await expect(chainOf({ strictStatus: true, timeoutSeconds: 1 }).status()).rejects.toMatchObject({
        plugin: 'multivrf',
        body: { code: 50, msg: expect.stringContaining(scene.agent.socket) },
      });
    });
  });
});
