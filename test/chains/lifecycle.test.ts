/** multivrf between the reference plugins: what it hands on, and that nothing stays. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CniResult } from '../../common/cni.ts';
import type { Pod } from '../support/chain.ts';
import type { CniNetwork, PluginConf } from '../support/cni-driver.ts';
import { type AttachmentPoint, versionsOf } from '../support/cni-exec.ts';
import { linkOf } from '../support/observe.ts';
import { ping } from '../support/ping.ts';
import type { Scene } from '../support/scene.ts';
import { eventually } from '../support/snapshot.ts';
import {
  bridge,
  emptyPod,
  eth0Of,
  type Family,
  hostLocal,
  multivrf,
  network,
  openScene,
  settle,
  traces,
} from './networks.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
  await settle(scene);
});
afterAll(() => scene?.close());

const ptp = (families: Family[]) => ({ type: 'ptp', ipam: hostLocal(scene, families) });
const fixed = {
  type: 'static',
  addresses: [{ address: 'fd88::50/64', gateway: 'fd88::1' }],
  routes: [{ dst: '::/0' }],
};
const mtu = { type: 'tuning', mtu: 1400 };
const sysctl = { type: 'tuning', sysctl: { 'net.ipv4.conf.eth0.arp_filter': '1' } };
const portmap = { type: 'portmap', capabilities: { portMappings: true } };

/** Those whose CHECK does not take every address of the result for one of eth0, as that of bridge and ptp does. */
const checked = ['tuning', 'portmap', 'sbr', 'multivrf'];

/** Plugins before and after ours, made when there is a scene. */
type Chain = [name: string, version: string, ahead: () => PluginConf[], behind: () => PluginConf[]];

const chains: Chain[] = [
  ...['0.3.1', '0.4.0', '1.0.0', '1.1.0'].map(
    (version): Chain => [
      'bridge (dual-stack), tuning, multivrf, tuning, portmap',
      version,
      () => [bridge(scene), sysctl],
      () => [mtu, portmap],
    ],
  ),
  ['ptp (IPv4), multivrf, sbr', '1.0.0', () => [ptp(['v4'])], () => [{ type: 'sbr' }]],
  ['ptp (IPv6), multivrf, tuning', '0.4.0', () => [ptp(['v6'])], () => [mtu]],
  [
    'bridge with static (IPv6), sbr, multivrf',
    '1.1.0',
    () => [{ ...bridge(scene), ipam: fixed }, { type: 'sbr' }],
    () => [],
  ],
];

test('VERSION names what the chains below are run in', async () => {
  expect(await versionsOf('multivrf')).toEqual(['0.3.1', '0.4.0', '1.0.0', '1.1.0']);
});

describe.each(chains)('%s, version %s', (_, version, ahead, behind) => {
  let pod: Pod;
  let point: AttachmentPoint;
  let net: CniNetwork;
  let untouched: unknown;
  let last: CniResult;
  let ours: CniResult;
  let previous: CniResult;

  beforeAll(async () => {
    pod = await emptyPod(scene, 'speaker-0');
    point = eth0Of(pod, 'customer-a=192.0.2.10/24+2001:db8::10/64');
    net = network(scene, version, [...ahead(), multivrf(scene), ...behind()]);
    untouched = await traces(scene, pod);
    last = await net.add(point);
    const our = ahead().length;
    [previous, ours] = [net.answers[our - 1]!, net.answers[our]!];
  });

  test("the primary's result is handed on, its indexes intact, and ours follows", async () => {
    const { interfaces = [], ips = [] } = previous;
    expect(ours.interfaces?.slice(0, interfaces.length)).toEqual(interfaces);
    expect(ours.ips?.slice(0, ips.length)).toEqual(ips);
    expect(ours.dns).toEqual(previous.dns);
    const added = ours.interfaces?.slice(interfaces.length);
    const { address: mac } = await linkOf(pod.netns, 'net1');
    const size = version === '1.1.0' ? { mtu: 1500 } : {};
    expect(added).toEqual([{ name: 'net1', mac, ...size, sandbox: pod.netns.path }]);
  });

  test('its addresses and routes are in the format of the version', () => {
    const family = (number: string) => (['0.3.1', '0.4.0'].includes(version) ? { version: number } : {});
    const index = previous.interfaces?.length;
    expect(ours.ips?.slice(previous.ips?.length)).toEqual([
      { ...family('4'), address: '192.0.2.10/24', gateway: '192.0.2.1', interface: index },
      { ...family('6'), address: '2001:db8::10/64', gateway: '2001:db8::1', interface: index },
    ]);
    const routes = ours.routes?.slice(previous.routes?.length) ?? [];
    const table = expect.any(Number);
    const known = [
      { dst: '0.0.0.0/0', gw: '192.0.2.1', table },
      { dst: '::/0', gw: '2001:db8::1', table },
    ];
    expect(routes).toEqual(version === '1.1.0' ? known : []);
  });

  test('plugins behind it take its result and work on eth0', async () => {
    const names = (result: CniResult) => result.interfaces?.map(({ name }) => name);
    expect(names(last)).toEqual(names(ours));
    expect(last.ips?.map((ip) => [ip.address, ip.interface])).toEqual(
      ours.ips?.map((ip) => [ip.address, ip.interface]),
    );
    expect((await linkOf(pod.netns, 'eth0')).mtu).toBe(behind().includes(mtu) ? 1400 : 1500);
    expect((await linkOf(pod.netns, 'net1')).mtu).toBe(1500);
  });

  test("the pod reaches the cluster's gateway and the customer", async () => {
    for (const { address, gateway = '' } of previous.ips ?? [])
      expect(await ping(pod.netns, gateway, { device: address.replace(/\/.*/, '') })).toBe(true);
    expect(await ping(pod.netns, '192.0.2.1', { device: 'net1' })).toBe(true);
  });

  test('CHECK passes, and names what has changed since', async () => {
    if (version === '0.3.1') return expect(net.check(point, ['multivrf'])).rejects.toMatchObject({ body: { code: 1 } });
    await net.check(point, checked);
    await pod.netns.run('ip', ['-4', 'address', 'flush', 'dev', 'net1']);
    await expect(net.check(point, checked)).rejects.toMatchObject({
      plugin: 'multivrf',
      body: { msg: expect.stringContaining('192.0.2.10') },
    });
  });

  test('DEL leaves nothing', async () => {
    await net.del(point);
    expect(await eventually(() => traces(scene, pod), untouched)).toEqual(untouched);
  });
});
