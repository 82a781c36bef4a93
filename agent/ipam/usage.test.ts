import { expect, test } from '@jest/globals';
import { addressPlan } from './address-plan.ts';
import type { PoolSpec } from './pool.ts';
import { UsageCount } from './usage.ts';

function usage(pools: PoolSpec[], held: string[], reserved: string[] = []) {
  const reservations = [{ namespace: 'bgp', pod: 'a', addresses: reserved }];
  const addresses = { pools, reservations };
  const count = new UsageCount(addressPlan({ metadata: { name: 'a' }, spec: { mode: 'bridge', addresses } }));
  for (const address of held) count.add(address);
  return count.usage;
}

const v4 = { subnet: '192.0.2.0/24', range: '192.0.2.10-192.0.2.19', gateway: '192.0.2.1', exclude: ['192.0.2.12'] };

test('free is what automatic choice has left: no exclusion, no reservation, nothing beyond the range', () => {
  expect(usage([v4], ['192.0.2.10', '192.0.2.11', '192.0.2.50'], ['192.0.2.11/24'])).toEqual({
    used: 3,
    free: 7,
    pools: [{ pool: '192.0.2.0/24 (192.0.2.10-192.0.2.19)', used: 3, free: 7 }],
  });
});

test('of two families the one counts of which less is left, and numbers that JSON has no room for are cut', () => {
  const most = Number.MAX_SAFE_INTEGER;
  const both = usage([v4, { subnet: '2001:db8::/64' }], ['192.0.2.10', '2001:db8::1']);
  expect([both.used, both.free, both.pools.map(({ free }) => free)]).toEqual([2, 8, [8, most]]);
});

test('pools of one family are added, and one of a subnet that two share counts once', () => {
  const second = { subnet: '192.0.2.0/24', range: '192.0.2.20-192.0.2.29' };
  const { free, pools } = usage([v4, second], ['192.0.2.25']);
  expect([free, pools.map(({ used }) => used)]).toEqual([18, [0, 1]]);
});

test('an address that no pool has counts as used; without pools nothing is free', () => {
  expect(usage([], ['198.51.100.1'])).toEqual({ used: 1, free: 0, pools: [] });
});
