/** What an attachment is, seen from the pod, the node and the customer's router. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CniResult } from '../../common/cni.ts';
import { del, makePod, type Pod, resultOf, runBridge, runMultivrf } from '../support/chain.ts';
import { describeCombinations } from '../support/combinations.ts';
import { addressesOf, clusterSide, linkOf, outputTable, routesOf } from '../support/observe.ts';
import { ping } from '../support/ping.ts';
import { pool, routerOf, VrfScene } from '../support/vrf-scene.ts';

describeCombinations((combination) => {
  const { address4: router4, address6: router6 } = routerOf[combination.mode];
  const routed = combination.mode === 'routed';
  let scene: VrfScene;
  let pod: Pod;
  let before: unknown;
  let prev: CniResult;
  let result: CniResult;

  beforeAll(async () => {
    scene = await VrfScene.open(combination);
    pod = await makePod(scene.lab, scene.node, 'speaker-0');
    await pod.netns.setSysctl('net/ipv4/ip_forward', 1);
    await pod.netns.setSysctl('net/ipv6/conf/all/forwarding', 1);
    prev = resultOf(await runBridge(scene.lab, 'ADD', pod));
    before = await clusterSide(pod.netns);
    result = resultOf(await runMultivrf(scene.lab, 'ADD', pod, 'customer-a', prev));
  });
  afterAll(() => scene?.close());

  test('the pod end carries the addresses reserved for the pod, of both families', async () => {
    const hostRoutes = routed || combination.pod === 'rules';
    const expected = [`${pool.pod4}/${hostRoutes ? 32 : 24}`, `${pool.pod6}/${hostRoutes ? 128 : 64}`];
    expect(await addressesOf(pod.netns, 'net1')).toEqual(expected);
  });

  test("the customer's routes are in a table of their own, which ends unreachable", async () => {
    const table = await outputTable(pod.netns, 'customer-a', 'net1');
    const next = routed ? ['169.254.1.1', 'fe80::1'] : [router4, router6];
    for (const [i, family] of (['-4', '-6'] as const).entries()) {
      const routes = await routesOf(pod.netns, family, table);
      expect(routes).toContainEqual(expect.objectContaining({ dst: 'default', dev: 'net1', gateway: next[i] }));
      expect(routes).toContainEqual(
        expect.objectContaining({ type: 'unreachable', dst: 'default', metric: 4278198272 }),
      );
    }
  });

  test('main table, its rules and eth0 are as the cluster left them', async () => {
    expect(await clusterSide(pod.netns)).toEqual(before);
  });

  test('the result adds the interface and its addresses to that of the cluster', async () => {
    const sandbox = pod.netns.path;
    const { address: mac } = await linkOf(pod.netns, 'net1');
    const interfaces = [...(prev.interfaces ?? []), { name: 'net1', mac, sandbox }];
    expect(result).toMatchObject({ cniVersion: '1.0.0', interfaces, routes: prev.routes });
    expect(result.ips?.slice(0, prev.ips?.length)).toEqual(prev.ips);
    const ours = result.ips?.slice(prev.ips?.length).map((ip) => [ip.address.split('/')[0], ip.interface]);
    expect(ours).toEqual([
      [pool.pod4, interfaces.length - 1],
      [pool.pod6, interfaces.length - 1],
    ]);
  });

  test.each([
    ['IPv4', pool.pod4, router4],
    ['IPv6', pool.pod6, router6],
  ])("pod and customer's router reach each other by %s", async (_, ours, theirs) => {
    expect(await ping(scene.customer.router, ours)).toBe(true);
    expect(await ping(pod.netns, theirs, { device: 'net1' })).toBe(true);
  });

  test('packets of the full MTU pass, larger ones do not', async () => {
    expect((await linkOf(pod.netns, 'net1')).mtu).toBe(1500);
    const echo = (payload: number) =>
      pod.netns.tryRun('ping', ['-n', '-c1', '-W1', '-M', 'do', '-s', `${payload}`, '-I', 'net1', router4]);
    expect((await echo(1500 - 28)).exitCode).toBe(0);
    expect((await echo(1500 - 27)).exitCode).not.toBe(0);
  });

  test('the pod forwards nothing and takes nothing from router advertisements', async () => {
    expect(await pod.netns.sysctl('net/ipv4/ip_forward')).toBe('0');
    expect(await pod.netns.sysctl('net/ipv6/conf/all/forwarding')).toBe('0');
    expect(await pod.netns.sysctl('net/ipv6/conf/net1/accept_ra')).toBe('0');
  });

  test('the host end tells whose it is', async () => {
    const links = await scene.place().ip<{ ifalias?: string }>('link', 'show', 'type', 'veth');
    const told = /^multivrf:customer-a:bgp\/speaker-0:net1 192\.0\.2\.10\/\d+,2001:db8::10\/\d+$/;
    expect(links).toContainEqual(expect.objectContaining({ ifalias: expect.stringMatching(told) }));
  });

  test('after DEL and ADD the pod has the same addresses and the same MAC', async () => {
    const { address } = await linkOf(pod.netns, 'net1');
    const addresses = await addressesOf(pod.netns, 'net1');
    resultOf(await del(scene.lab, pod, 'customer-a'));
    pod = await scene.attach();
    expect((await linkOf(pod.netns, 'net1')).address).toBe(address);
    expect(await addressesOf(pod.netns, 'net1')).toEqual(addresses);
    expect(await ping(scene.customer.router, pool.pod4)).toBe(true);
  });

  test('several pods in one VRF have addresses and MACs of their own', async () => {
    const second = await scene.attach('speaker-1');
    const [mine, theirs] = await Promise.all([pod, second].map(({ netns }) => addressesOf(netns, 'net1')));
    expect(theirs?.filter((address) => mine?.includes(address))).toEqual([]);
    const macs = await Promise.all([pod, second].map(async ({ netns }) => (await linkOf(netns, 'net1')).address));
    expect(new Set(macs).size).toBe(2);
    for (const address of [...(mine ?? []), ...(theirs ?? [])]) {
      expect(await ping(scene.customer.router, address.split('/')[0] ?? '')).toBe(true);
    }
  });

  describe('a pod of one family', () => {
    test.each([
      ['IPv4', '192.0.2.20/24', '192.0.2.20', router4],
      ['IPv6', '2001:db8::20/64', '2001:db8::20', router6],
    ])('%s alone', async (family, address, bare, theirs) => {
      const single = await scene.attach(`only-${family.toLowerCase()}`, `customer-a=${address}`);
      expect((await addressesOf(single.netns, 'net1')).map((one) => one.split('/')[0])).toEqual([bare]);
      expect(await ping(scene.customer.router, bare)).toBe(true);
      expect(await ping(single.netns, theirs, { device: 'net1' })).toBe(true);
    });
  });

  test('one pod can be in two VRFs whose addresses overlap', async () => {
    const other = await scene.addCustomer('customer-b', 'eth2');
    // Policy rules tell the VRFs apart by the pod's own addresses, which must differ; VRF devices need no help.
    const inB = combination.pod === 'rules' ? '192.0.2.31' : '192.0.2.30';
    const wanted = [
      { vrf: 'customer-a', addresses: ['192.0.2.30/24'] },
      { vrf: 'customer-b', addresses: [`${inB}/24`] },
    ];
    const both = await scene.attach('both', JSON.stringify(wanted));
    expect(await ping(scene.customer.router, '192.0.2.30')).toBe(true);
    expect(await ping(other.router, inB)).toBe(true);
    expect(await ping(both.netns, router4, { device: 'net1' })).toBe(true);
    expect(await ping(both.netns, router4, { device: 'net2' })).toBe(true);
  });
});
