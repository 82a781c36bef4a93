import { expect, test } from '@jest/globals';
import type { RouteState, RuleState } from '../observed.ts';
import { waysIn, waysOut } from './leaks.ts';
import { scenes } from './scenes.testing.ts';

const [bridge, device, namespace] = [
  scenes['bridge, device']!,
  scenes['routed, device']!,
  scenes['routed, namespace']!,
];
const own = new Set(['customer-a', 'eth1', 'mv0']);
const route = (to: string, dev: string, rest: Partial<RouteState> = {}): RouteState => ({
  family: to.includes(':') ? 6 : 4,
  table: 1001,
  type: 'unicast',
  to,
  dev,
  ...rest,
});
const rule = (rest: Partial<RuleState>): RuleState => ({
  family: 4,
  priority: 100,
  action: 'lookup',
  table: 1001,
  ...rest,
});

test('a route of the VRF by an interface that is not its own is a way out, whoever made it', () => {
  const inside = [route('0.0.0.0/0', 'eth1'), route('192.0.2.1/32', 'eth1', { type: 'local' })];
  expect(waysOut(device, [...inside, route('10.0.0.0/8', 'eth0', { table: 254 })], own)).toEqual([]);
  for (const astray of [
    route('10.0.0.0/8', 'eth0'),
    route('10.0.0.0/8', 'eth0', { maker: 'daemon' }),
    route('10.0.0.5/32', 'lo', { type: 'local' }),
  ])
    expect(waysOut(device, [...inside, astray], own)).toMatchObject([{ kind: 'way out' }]);
  const [found] = waysOut(namespace, [route('10.0.0.0/8', 'eth7', { table: 254 })], own);
  expect(found?.text).toBe('route 10.0.0.0/8 dev eth7 table 254 in namespace customer-a leads out of VRF customer-a');
});

test('a route of another table to an interface of the VRF is a way in; link-local ones lead nowhere', () => {
  expect(waysIn(device, [route('192.0.2.0/24', 'eth1'), route('fe80::/64', 'eth1', { table: 254 })], [])).toEqual([]);
  expect(waysIn(device, [route('192.0.2.0/24', 'eth1', { table: 254 })], [])).toEqual([
    { kind: 'way in', text: 'route 192.0.2.0/24 dev eth1 table 254 on the node leads into VRF customer-a' },
  ]);
  expect(waysIn(bridge, [route('192.0.2.0/24', 'customer-a', { table: 254 })], [])).toHaveLength(1);
  expect(waysIn(namespace, [route('192.0.2.0/24', 'eth1', { table: 254 })], [])).toEqual([]);
});

test("a rule for the VRF's table that asks for none of the VRF's own packets is a way in", () => {
  expect(waysIn(device, [], [rule({ iif: 'customer-a' }), rule({ oif: 'customer-a' }), rule({ table: 254 })])).toEqual(
    [],
  );
  expect(waysIn(device, [], [rule({ iif: 'cni0' })])).toEqual([
    {
      kind: 'way in',
      text: 'IPv4 rule priority 100 iif cni0 lookup 1001 on the node leads into VRF customer-a',
    },
  ]);
});
