/** A chain in which something fails, or is away: what the runtime's DEL leaves, and who is not concerned. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Pod } from '../support/chain.ts';
import type { CniNetwork, PluginConf } from '../support/cni-driver.ts';
import { addressesOf } from '../support/observe.ts';
import type { Scene } from '../support/scene.ts';
import { eventually } from '../support/snapshot.ts';
import {
  bridge,
  emptyPod,
  eth0Of,
  leases,
  multivrf,
  network,
  openScene,
  podInterfaces,
  settle,
  traces,
} from './networks.ts';

const mtu = { type: 'tuning', mtu: 1400 };
const failing = { type: 'tuning', sysctl: { 'net.ipv4.no_such_setting': '1' } };

let scene: Scene;
let pod: Pod;
let number = 0;
let untouched: Awaited<ReturnType<typeof traces>>;

/** A pod whose node has served others before, and what there is before its chain runs. */
async function newPod(namespace?: string): Promise<Pod> {
  const made = await emptyPod(scene, `speaker-${++number}`, namespace);
  untouched = await traces(scene, made);
  return made;
}

const chain = (behind: readonly PluginConf[] = [mtu], conf: Record<string, unknown> = {}): CniNetwork =>
  network(scene, '1.0.0', [bridge(scene), multivrf(scene, conf), ...behind]);

beforeAll(async () => {
  scene = await openScene();
  await settle(scene);
});
afterAll(() => scene?.close());

describe('an ADD that fails', () => {
  afterEach(async () => {
    expect(await eventually(() => traces(scene, pod), untouched)).toEqual(untouched);
  });

  test('in a plugin behind ours leaves nothing after the DEL', async () => {
    pod = await newPod();
    await expect(chain([failing]).addOrDelete(eth0Of(pod, 'customer-a'))).rejects.toMatchObject({ plugin: 'tuning' });
  });

  test('in ours leaves nothing of ours, and the DEL frees what the primary plugin took', async () => {
    pod = await newPod();
    const net = chain();
    const taken = leases(scene).length;
    await expect(net.add(eth0Of(pod, 'customer-x'))).rejects.toMatchObject({
      plugin: 'multivrf',
      body: { code: 100, msg: 'VRF customer-x does not exist' },
    });
    expect(await podInterfaces(pod)).toEqual(['lo', 'eth0']);
    expect(leases(scene)).toHaveLength(taken + 2);
    await net.del(eth0Of(pod, 'customer-x'));
  });

  test('for an annotation that cannot be read does not keep the DEL from succeeding', async () => {
    pod = await newPod();
    await expect(chain().addOrDelete(eth0Of(pod, '[{"vrf":'))).rejects.toMatchObject({
      plugin: 'multivrf',
      body: { code: 7 },
    });
  });
});

describe('DEL', () => {
  test('leaves nothing and succeeds again, also without a namespace', async () => {
    pod = await newPod();
    const net = chain();
    const point = eth0Of(pod, 'customer-a');
    await net.add(point);
    await net.del(point);
    expect(await eventually(() => traces(scene, pod), untouched)).toEqual(untouched);
    await net.del(point);
    await net.del({ ...point, netns: '' });
    expect(await traces(scene, pod)).toEqual(untouched);
  });

  // The primary plugin then frees its address and leaves the interface to go with the namespace.
  test.each([
    ['CNI_NETNS is empty', ''],
    ['the namespace is gone', '/run/netns/mvt-no-such'],
  ])('removes the attachment and frees all addresses without the result of ADD when %s', async (_, netns) => {
    pod = await newPod();
    const net = chain();
    await net.add(eth0Of(pod, 'customer-a'));
    net.forget();
    await net.del({ ...eth0Of(pod, 'customer-a'), netns });
    expect(await podInterfaces(pod)).toEqual(['lo', 'eth0']);
    const now = await traces(scene, pod);
    expect(now).toMatchObject({ leases: untouched.leases, records: untouched.records });
  });
});

describe('while the agent is stopped', () => {
  let leaving: Pod;
  beforeAll(async () => {
    leaving = await newPod();
    await chain().add(eth0Of(leaving, 'customer-a'));
    await scene.agent.stop();
  });
  afterAll(() => scene.agent.start());

  test('an ordinary pod comes, is checked and goes', async () => {
    pod = await newPod('default');
    const net = chain();
    const { interfaces, ips } = await net.add(eth0Of(pod));
    expect(interfaces?.at(-1)).toMatchObject({ name: 'eth0', sandbox: pod.netns.path });
    expect(await addressesOf(pod.netns, 'eth0')).toEqual(ips?.map(({ address }) => address));
    await net.check(eth0Of(pod));
    await net.del(eth0Of(pod));
    expect(await eventually(() => traces(scene, pod), untouched)).toEqual(untouched);
  });

  test('a pod that asks for a VRF is told so, and the DEL frees what the primary plugin took', async () => {
    pod = await newPod();
    await expect(chain([], { timeoutSeconds: 1 }).addOrDelete(eth0Of(pod, 'customer-a'))).rejects.toMatchObject({
      plugin: 'multivrf',
      body: { code: 11, details: expect.stringContaining('is the DaemonSet multivrf-agent running on this node?') },
    });
    expect(await eventually(() => traces(scene, pod), untouched)).toEqual(untouched);
  });

  test('an attached pod goes, and its attachment when the agent is back', async () => {
    const net = chain();
    await net.del(eth0Of(leaving, 'customer-a'));
    expect(await podInterfaces(leaving)).not.toContain('eth0');
    await scene.agent.start();
    const left = await podInterfaces(leaving);
    await scene.agent.stop();
    expect(left).toEqual(['lo']);
  });
});
