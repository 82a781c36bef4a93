import { expect, test } from '@jest/globals';
import { connectedRoutes, hostPrefix, lastResort, ownLinkLocal, podNetworks } from './routes.ts';

test('two addresses of one network share its route, with the first as source', () => {
  const routes = connectedRoutes('pod', 1001, 'net1', [
    '192.0.2.2/24',
    '10.0.0.1/8',
    '192.0.2.3/24',
    '2001:db8::2/64',
    '2001:db8::3/64',
  ]);
  expect(routes.map(({ to, src }) => [to, src])).toEqual([
    ['192.0.2.0/24', '192.0.2.2'],
    ['10.0.0.0/8', '10.0.0.1'],
    ['2001:db8::/64', undefined],
  ]);
});

test('a look-up that misses ends in both families, behind all other routes', () => {
  expect(lastResort('pod', 1001).map(({ type, to, metric }) => [type, to, metric])).toEqual([
    ['unreachable', '0.0.0.0/0', 4278198272],
    ['unreachable', '::/0', 4278198272],
  ]);
});

test('a host prefix has all bits', () => {
  expect(['192.0.2.2/24', '2001:db8::2/64'].map(hostPrefix)).toEqual(['192.0.2.2/32', '2001:db8::2/128']);
});

test('a link-local address comes with IPv6 only', () => {
  const mac = '02:00:5e:10:00:01';
  expect(ownLinkLocal({ mac, addresses: ['192.0.2.2/24'] })).toEqual([]);
  expect(ownLinkLocal({ mac, addresses: ['192.0.2.2/24', '2001:db8::2/64'] })).toEqual(['fe80::5eff:fe10:1']);
});

test('a network of pods ends in unreachable, unless hosts of the uplink are in it', () => {
  const uplink = { interface: 'eth1', addresses: ['198.51.100.2/24'] };
  const podPrefixes = ['192.0.2.0/24', '192.0.2.7/32', '198.51.100.0/24', '198.51.100.128/25', '2001:db8::/64'];
  const routes = podNetworks('node', 1001, { podPrefixes, uplink });
  expect(routes.map(({ to }) => to)).toEqual(['192.0.2.0/24', '198.51.100.0/24', '2001:db8::/64']);
  expect(routes[0]).toMatchObject({ type: 'unreachable', table: 1001, metric: 4278198272 });
});
