import { expect, test } from '@jest/globals';
import type { CniResult } from '../common/cni.ts';
import type { AddReply } from '../common/protocol.ts';
import { mergeResult } from './result.ts';

const prev: CniResult = {
  cniVersion: '1.0.0',
  interfaces: [{ name: 'cni0' }, { name: 'eth0', sandbox: '/run/netns/c1' }],
  ips: [{ address: '10.1.0.2/24', gateway: '10.1.0.1', interface: 1 }],
  routes: [{ dst: '0.0.0.0/0' }],
  dns: { nameservers: ['10.96.0.10'] },
};

const added: AddReply = {
  interfaces: [
    { name: 'net1', mac: '02:00:00:00:00:01', mtu: 1500 },
    { name: 'net2', mac: '02:00:00:00:00:02', mtu: 9000 },
  ],
  ips: [
    { address: '192.0.2.2/24', gateway: '192.0.2.1', interface: 0 },
    { address: '2001:db8::2/64', interface: 1 },
  ],
  routes: [{ dst: '0.0.0.0/0', gw: '192.0.2.254', table: 1001 }],
  sysctls: [],
};

test('our interfaces follow those of the plugins before us, and every index stays valid', () => {
  const { interfaces, ips } = mergeResult('1.0.0', prev, added, '/run/netns/c1');
  expect(interfaces?.map((it) => it.name)).toEqual(['cni0', 'eth0', 'net1', 'net2']);
  expect(ips?.map((ip) => [ip.address, interfaces?.[ip.interface ?? -1]?.name])).toEqual([
    ['10.1.0.2/24', 'eth0'],
    ['192.0.2.2/24', 'net1'],
    ['2001:db8::2/64', 'net2'],
  ]);
});

test('our interfaces are in the sandbox of the pod', () => {
  const { interfaces } = mergeResult('1.0.0', prev, added, '/run/netns/c1');
  expect(interfaces?.[2]).toEqual({ name: 'net1', mac: '02:00:00:00:00:01', sandbox: '/run/netns/c1' });
});

test('what is not ours stays as it was', () => {
  const { interfaces, ips, ...rest } = mergeResult('1.0.0', prev, added, '/run/netns/c1');
  expect(rest).toEqual({ cniVersion: '1.0.0', routes: prev.routes, dns: prev.dns });
  expect(interfaces?.slice(0, 2)).toEqual(prev.interfaces);
  expect(ips?.slice(0, 1)).toEqual(prev.ips);
});

test('a result without interfaces and addresses gets ours', () => {
  const { interfaces, ips } = mergeResult('1.0.0', { dns: {} }, added, '/run/netns/c1');
  expect(interfaces?.length).toBe(2);
  expect(ips?.[0]?.interface).toBe(0);
});

test.each(['0.3.1', '0.4.0'] as const)('in %s each of our addresses tells its family', (version) => {
  expect(mergeResult(version, prev, added, 'x').ips?.map((ip) => ip.version)).toEqual([undefined, '4', '6']);
});

test.each(['1.0.0', '1.1.0'] as const)('in %s no address tells its family', (version) => {
  expect(mergeResult(version, prev, added, 'x').ips?.some((ip) => 'version' in ip)).toBe(false);
});

test('the MTU is told from 1.1.0 on', () => {
  expect(mergeResult('1.0.0', prev, added, 'x').interfaces?.[2]).not.toHaveProperty('mtu');
  expect(mergeResult('1.1.0', prev, added, 'x').interfaces?.[2]).toHaveProperty('mtu', 1500);
});

test('our routes are told from 1.1.0 on, which knows tables: before they would pass for routes of the main table', () => {
  expect(mergeResult('1.0.0', prev, added, 'x').routes).toEqual(prev.routes);
  expect(mergeResult('1.1.0', prev, added, 'x').routes).toEqual([...(prev.routes ?? []), ...added.routes]);
});
