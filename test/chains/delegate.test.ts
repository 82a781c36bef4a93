/** Without a chain, as a Multus delegate or under cnitool: one attachment named CNI_IFNAME. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { CniResult } from '../../common/cni.ts';
import type { Pod } from '../support/chain.ts';
import type { CniNetwork } from '../support/cni-driver.ts';
import type { AttachmentPoint } from '../support/cni-exec.ts';
import { ping } from '../support/ping.ts';
import { type Scene, specWith } from '../support/scene.ts';
import { eventually } from '../support/snapshot.ts';
import {
  bridge,
  emptyPod,
  eth0Of,
  hostLocal,
  leases,
  multivrf,
  network,
  openScene,
  podInterfaces,
  settle,
  traces,
} from './networks.ts';

let scene: Scene;
let pod: Pod;
let number = 0;
let untouched: unknown;

/** The network attachment definition, with what a test adds to it. */
const delegate = (conf: Record<string, unknown> = {}, version = '1.0.0'): CniNetwork => {
  const plugin = multivrf(scene, { vrf: 'customer-a', capabilities: { ips: true, mac: true }, ...conf });
  return network(scene, version, [plugin], 'customer-a-delegate');
};
/** What Multus asks for beside eth0. */
const net1 = (capabilityArgs: Record<string, unknown> = {}): AttachmentPoint => {
  return { ...eth0Of(pod), ifname: 'net1', capabilityArgs };
};
const addresses = ({ ips = [] }: CniResult) => ips.map(({ address }) => address);

/** A pod that has its eth0 from the cluster's network. */
async function newPod(namespace?: string): Promise<void> {
  pod = await emptyPod(scene, `speaker-${++number}`, namespace);
  await network(scene, '1.0.0', [bridge(scene)]).add(eth0Of(pod));
  untouched = await traces(scene, pod);
}

/** ADD, CHECK, DEL; asserts that the customer is reached meanwhile, and that nothing stays. */
async function life(net: CniNetwork, point = net1()): Promise<CniResult> {
  const result = await net.add(point);
  expect(await ping(pod.netns, '192.0.2.1', { device: point.ifname })).toBe(true);
  await net.check(point);
  await net.del(point);
  await nothingStays();
  await net.del({ ...point, netns: '' });
  return result;
}

async function nothingStays(): Promise<void> {
  expect(await eventually(() => traces(scene, pod), untouched)).toEqual(untouched);
}

beforeAll(async () => {
  scene = await openScene();
  await settle(scene);
});
afterAll(() => scene?.close());

describe('addresses of the agent', () => {
  beforeEach(() => newPod());

  test.each(['0.4.0', '1.0.0', '1.1.0'])('the result of version %s is the attachment alone', async (version) => {
    const net = delegate({}, version);
    const result = await life(net);
    const sandbox = pod.netns.path;
    expect(result.interfaces).toEqual([expect.objectContaining({ name: 'net1', sandbox })]);
    expect(result.ips).toMatchObject([
      { gateway: '192.0.2.1', interface: 0 },
      { gateway: '2001:db8::1', interface: 0 },
    ]);
    expect(result.cniVersion).toBe(version);
  });

  test('the interface is named as CNI_IFNAME says', async () => {
    const { interfaces } = await life(delegate(), { ...net1(), ifname: 'customer0' });
    expect(interfaces).toMatchObject([{ name: 'customer0' }]);
  });
});

describe('two networks of one pod', () => {
  beforeEach(() => newPod());

  test('are two attachments, of which each is refused a second time and goes with its own DEL', async () => {
    const spec = specWith({ uplinks: [], addresses: { pools: [{ subnet: '203.0.113.0/24' }] } });
    await scene.agent.writeVrf('customer-b', spec);
    const [first, second] = [delegate(), delegate({ vrf: 'customer-b' })];
    const net2 = { ...net1(), ifname: 'net2' };
    const ours = async () => (await podInterfaces(pod)).filter((name) => name.startsWith('net'));
    await first.add(net1());
    await second.add(net2);
    await expect(second.add(net2)).rejects.toMatchObject({
      body: { code: 100, msg: `container ${pod.containerId} has interface net2 in VRF customer-b already` },
    });
    await first.del(net1());
    expect(await ours()).toEqual(['net2']);
    await second.check(net2);
    await second.del(net2);
    expect(await ours()).toEqual([]);
  });
});

describe('addresses and MAC that are asked for', () => {
  beforeEach(() => newPod());

  test('by runtimeConfig are those of the interface', async () => {
    const point = net1({ ips: ['192.0.2.40/24', '2001:db8::40/64'], mac: '02:00:5e:00:53:01' });
    expect(await life(delegate(), point)).toMatchObject({
      interfaces: [{ mac: '02:00:5e:00:53:01' }],
      ips: [{ address: '192.0.2.40/24' }, { address: '2001:db8::40/64' }],
    });
  });

  test('by args.cni.ips are those of the interface', async () => {
    const result = await life(delegate({ args: { cni: { ips: ['192.0.2.41/24'] } } }));
    expect(addresses(result)).toEqual(['192.0.2.41/24']);
  });

  test('outside the VRF are refused, and nothing stays', async () => {
    await expect(delegate().addOrDelete(net1({ ips: ['203.0.113.1/24'] }))).rejects.toMatchObject({
      plugin: 'multivrf',
      body: { msg: expect.stringContaining('203.0.113.1/24') },
    });
    await nothingStays();
  });
});

describe('addresses of another IPAM plugin', () => {
  const routes = [{ dst: '0.0.0.0/0' }];
  const range = { subnet: '192.0.2.0/24', rangeStart: '192.0.2.64', rangeEnd: '192.0.2.64', gateway: '192.0.2.1' };
  /** A range of one address. */
  const ofHostLocal = () => ({ ...hostLocal(scene, []), ranges: [[range]], routes });
  const ofStatic = { type: 'static', addresses: [{ address: '192.0.2.65/24', gateway: '192.0.2.1' }], routes };

  test('host-local: the lease lives as long as the attachment', async () => {
    await newPod();
    const net = delegate({ ipam: ofHostLocal() });
    expect(addresses(await net.add(net1()))).toEqual(['192.0.2.64/24']);
    expect(leases(scene)).toContain('192.0.2.64');
    await net.check(net1());
    await net.del(net1());
    await nothingStays();
    // A runtime that has lost both the namespace and the result of ADD.
    await net.add(net1());
    net.forget();
    for (let time = 0; time < 2; time++) await net.del({ ...net1(), netns: '' });
    await nothingStays();
  });

  test('static', async () => {
    await newPod();
    expect(await life(delegate({ ipam: ofStatic }))).toMatchObject({
      ips: [{ address: '192.0.2.65/24', gateway: '192.0.2.1', interface: 0 }],
    });
  });

  test('are given back when the VRF is not open to the pod', async () => {
    await newPod('web');
    await expect(delegate({ ipam: ofHostLocal() }).add(net1())).rejects.toMatchObject({
      plugin: 'multivrf',
      body: { code: 100, msg: `VRF customer-a is not open to pod web/${pod.name}` },
    });
    await nothingStays();
  });

  test('that it has run out of are its own error, and the attachment that stands is not touched', async () => {
    await newPod();
    const net = delegate({ ipam: ofHostLocal() });
    const holder = net1();
    await net.add(holder);
    const first = pod;
    await newPod();
    await expect(net.addOrDelete(net1())).rejects.toMatchObject({
      plugin: 'multivrf',
      body: { msg: expect.stringMatching(/host-local: .*no IP addresses available/) },
    });
    await nothingStays();
    expect(await ping(first.netns, '192.0.2.1', { device: 'net1' })).toBe(true);
    await net.del(holder);
  });

  test('that is not installed are refused with the places looked at', async () => {
    await newPod();
    await expect(delegate({ ipam: { type: 'whereabouts' } }).add(net1())).rejects.toMatchObject({
      body: { code: 7, msg: expect.stringMatching(/whereabouts.*\/usr\/lib\/cni/) },
    });
    await nothingStays();
  });
});
