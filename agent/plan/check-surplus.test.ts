/** What others have added in the way of an attachment's packets is drift, what concerns it not is none. */
import { describe, expect, test } from '@jest/globals';
import { bridge, routed, texts } from './check.testing.ts';
import type { Place } from './kernel-object.ts';
import type { PlaceState, RouteState, RuleState } from './observed.ts';

const { hostEnd: end } = bridge;
const withRoute = (route: Partial<RouteState>) => (place: PlaceState) => {
  const told: RouteState = { family: 4, table: 1001, type: 'unicast', to: '203.0.113.0/24', dev: 'net1', ...route };
  place.routes = [...place.routes, told];
};
const withRule = (rule: Partial<RuleState>) => (place: PlaceState) => {
  place.rules = [{ family: 4, priority: 5, action: 'lookup', table: 254, ...rule }, ...place.rules];
};

describe('rules of others', () => {
  test.each<[string, Partial<RuleState>]>([
    ['IPv4 rule priority 5 lookup 254 in the pod', {}],
    ['IPv4 rule priority 5 from 192.0.2.0/24 lookup 254 in the pod', { from: '192.0.2.0/24' }],
    ['IPv4 rule priority 5 iif net1 blackhole in the pod', { iif: 'net1', action: 'blackhole', table: undefined }],
    ['IPv6 rule priority 5 lookup 254 in the pod', { family: 6, narrowed: true }],
  ])('that precede ours are named: %s', (rule, is) => {
    expect(texts(bridge, 'pod', withRule(is))).toEqual([`${rule} was not made by multivrf and comes before its rules`]);
  });

  test.each<[string, Partial<RuleState>]>([
    ['for another interface', { iif: 'eth0' }],
    ['for what leaves by another interface', { oif: 'eth0' }],
    ['for another source', { from: '10.88.0.0/16' }],
    ['for a source written like IPv4 in IPv6', { family: 6, from: '::ffff:1.2.3.4/128' }],
    ['for VRF devices', { action: 'l3mdev', table: undefined }],
  ])("%s are nobody's concern here", (_, is) => {
    expect(texts(bridge, 'pod', withRule(is))).toEqual([]);
  });

  test("behind ours are nobody's concern here", () => {
    expect(
      texts(bridge, 'pod', (place) => {
        place.rules = [...place.rules, { family: 4, priority: 100, action: 'lookup', table: 7 }];
      }),
    ).toEqual([]);
  });
});

describe('routes of others in the table of a VRF', () => {
  const net = { dev: 'eth1', to: '203.0.113.0/24' };

  test.each<[string, Place, Partial<RouteState>]>([
    ['a default route of a better metric', 'pod', { to: '0.0.0.0/0', metric: 0 }],
    ['one of a routing daemon in the pod', 'pod', { maker: 'daemon' }],
    ['one by hand on the node', 'node', net],
    [
      "one of a routing daemon on the node for the pod's address",
      'node',
      { ...net, to: '198.51.100.2/32', maker: 'daemon' },
    ],
  ])('are named: %s', (_, place, route) => {
    expect(texts(routed, place, withRoute(route))).toEqual([
      expect.stringMatching(/^route .* was not made by multivrf$/),
    ]);
  });

  test.each<[string, Place, Partial<RouteState>]>([
    ["one of the kernel's", 'pod', { maker: 'kernel' }],
    ['one of a routing daemon on the node', 'node', { ...net, maker: 'daemon' }],
    ["one to another pod's address", 'node', { to: '198.51.100.3/32', dev: 'mv2' }],
  ])('are not named: %s', (_, place, route) => {
    const sibling = { ...routed, hostEnd: 'mv2', addresses: ['198.51.100.3/32'] };
    expect(texts(routed, place, withRoute(route), [routed, sibling])).toEqual([]);
  });
});

describe('addresses of others', () => {
  const withAddress =
    (dev: string, address: string) =>
    ({ addresses }: PlaceState) =>
      void addresses.set(dev, new Set([...(addresses.get(dev) ?? []), address]));

  test.each([
    ['pod', 'net1', 'pod end net1'],
    ['vrf/customer-a', end, `host end ${end} in namespace customer-a`],
    ['vrf/customer-a', 'eth1.100', 'uplink eth1.100 in namespace customer-a'],
  ] as const)('are named (in %s on %s)', (place, dev, words) => {
    expect(texts(bridge, place, withAddress(dev, '203.0.113.1/24'))).toEqual([
      `${words} has address 203.0.113.1/24, which multivrf did not give it`,
    ]);
  });

  test.each(['fe80::1234/64', '127.0.0.1/8', '::1/128'])('are not named where they reach nobody: %s', (address) => {
    expect(texts(bridge, 'vrf/customer-a', withAddress('customer-a', address))).toEqual([]);
  });
});

test('a filter that is asked before ours is named', () => {
  const told = texts(bridge, 'vrf/customer-a', ({ filters }) => {
    const key = `${end} ingress`;
    filters.set(key, { ...filters.get(key)!, before: ['u32 at preference 10'] });
  });
  expect(told).toEqual([
    `the ingress filter u32 at preference 10 of host end ${end} in namespace customer-a is asked before multivrf's`,
  ]);
});
