import { expect, test } from '@jest/globals';
import type { Route } from '../../plan/kernel-object.ts';
import type { Message } from '../message.ts';
import { bytes, expectSameRequest } from './iproute2.testing.ts';
import { addRoute, decodeRoute, deleteRoute, dumpRoutes } from './route.ts';

const eth1 = 3;
const lastResort = 4278198272;

function route(to: string, rest: Partial<Route>): Route {
  return { object: 'route', in: 'pod', family: to.includes(':') ? 6 : 4, table: 1001, type: 'unicast', to, ...rest };
}

test.each<[string, Message, string]>([
  [
    'ip route add 192.0.2.0/24 dev eth1 table 1001 src 192.0.2.2 proto static',
    addRoute(route('192.0.2.0/24', { dev: 'eth1', src: '192.0.2.2' }), eth1),
    `
      3c000000180005064d05016b00000000021800000004fd010000000008000100c000020008000f00e903000008000700c0000202
      0800040003000000
    `,
  ],
  [
    'ip route add default via 192.0.2.254 dev eth1 onlink table 1001 proto static',
    addRoute(route('0.0.0.0/0', { dev: 'eth1', via: '192.0.2.254' }), eth1),
    `
      34000000180005064d05016b0000000002000000000400010400000008000500c00002fe08000f00e90300000800040003000000
    `,
  ],
  [
    'ip route add unreachable default metric 4278198272 table 1001 proto static',
    addRoute(route('0.0.0.0/0', { type: 'unreachable', metric: lastResort }), undefined),
    `
      2c000000180005064d05016b0000000002000000000400070000000008000600002000ff08000f00e9030000
    `,
  ],
  [
    'ip route add local 192.0.2.2 dev eth1 table 1002 proto static',
    addRoute(route('192.0.2.2/32', { type: 'local', dev: 'eth1', table: 1002 }), eth1),
    `
      34000000180005064d05016b00000000022000000004fe020000000008000100c000020208000f00ea0300000800040003000000
    `,
  ],
  [
    'ip -6 route add local 2001:db8::2 dev eth1 table 1002 proto static',
    addRoute(route('2001:db8::2/128', { type: 'local', dev: 'eth1', table: 1002 }), eth1),
    `
      40000000180005064d05016b000000000a80000000040002000000001400010020010db800000000000000000000000208000f00
      ea0300000800040003000000
    `,
  ],
  [
    'ip -6 route add multicast ff00::/8 dev eth1 table 1002 proto static',
    addRoute(route('ff00::/8', { type: 'multicast', dev: 'eth1', table: 1002 }), eth1),
    `
      40000000180005064d05016b000000000a080000000400050000000014000100ff00000000000000000000000000000008000f00
      ea0300000800040003000000
    `,
  ],
  [
    'ip route add 10.0.0.0/8 dev eth1 table 100 proto static',
    addRoute(route('10.0.0.0/8', { dev: 'eth1', table: 100 }), eth1),
    `
      2c000000180005064d05016b00000000020800006404fd0100000000080001000a0000000800040003000000
    `,
  ],
])('%s', (_, ours, theirs) => expectSameRequest(ours, theirs));

/** iproute2 says the destination of length 0 for IPv6. */
const emptyDestination = [1];

test.each<[string, Message, string]>([
  [
    'ip -6 route add default via fe80::1 dev eth1 onlink table 1001 proto static',
    addRoute(route('::/0', { dev: 'eth1', via: 'fe80::1' }), eth1),
    `
      54000000180005064d05016b000000000a0000000004000104000000140001000000000000000000000000000000000014000500
      fe80000000000000000000000000000108000f00e90300000800040003000000
    `,
  ],
  [
    'ip -6 route add unreachable default metric 4278198272 table 1001 proto static',
    addRoute(route('::/0', { type: 'unreachable', metric: lastResort }), undefined),
    `
      40000000180005064d05016b000000000a0000000004000700000000140001000000000000000000000000000000000008000600
      002000ff08000f00e9030000
    `,
  ],
])('%s', (_, ours, theirs) => expectSameRequest(ours, theirs, emptyDestination));

test('a route is deleted by what it was added by', () => {
  const one = route('192.0.2.0/24', { dev: 'eth1', src: '192.0.2.2' });
  expect(deleteRoute(one, eth1)).toEqual({ ...addRoute(one, eth1), type: 25, flags: 0 });
});

test('a dump asks for one table only, and for the routes to one link where one is named', () => {
  const ofTable = { type: 26, flags: 0x300, attributes: [[15, 1001]] };
  expect(dumpRoutes(6, 1001)).toMatchObject(ofTable);
  expect(dumpRoutes(6, 1001, { index: 7 })).toMatchObject({ ...ofTable, attributes: [...ofTable.attributes, [4, 7]] });
});

test.each([
  [
    '198.51.100.0/24 via 192.0.2.9 dev ptp src 192.0.2.5 metric 50 onlink',
    '02180000fc0300010400000008000f00e903000008000100c6336400080006003200000008000700c000020508000500c00002090800040007000000',
    {
      family: 4,
      type: 'unicast',
      to: '198.51.100.0/24',
      via: '192.0.2.9',
      src: '192.0.2.5',
      metric: 50,
      index: 7,
      protocol: 3,
    },
  ],
  [
    'unreachable default metric 4278198272',
    '02000000fc0300070000000008000f00e903000008000600002000ff',
    { family: 4, type: 'unreachable', to: '0.0.0.0/0', metric: lastResort, index: undefined, protocol: 3 },
  ],
  [
    'unreachable default dev lo metric 4278198272 (IPv6 gives it a device)',
    `0a000000fc0300070000000008000f00e903000008000600002000ff080004000100000024000c000000000000000000
     0000000000000000000000000000000000000000000000000500140000000000`,
    { family: 6, type: 'unreachable', to: '::/0', metric: lastResort, index: 1, protocol: 3 },
  ],
  [
    '2001:db8:1::/48 via fe80::1 dev ptp metric 1024, the metric of a route that was given none',
    `0a300000fc0300010000000008000f00e90300001400010020010db80001000000000000000000000800060000040000
     14000500fe800000000000000000000000000001080004000700000024000c0000000000000000000000000000000000
     000000000000000000000000000000000500140000000000`,
    { family: 6, type: 'unicast', to: '2001:db8:1::/48', via: 'fe80::1', metric: undefined, index: 7 },
  ],
  [
    '203.0.112.0/24 via inet6 fe80::1 dev ptp onlink',
    '02180000fc0300010400000008000f00e903000008000100cb007000160012000a00fe80000000000000000000000000000100000800040007000000',
    { family: 4, to: '203.0.112.0/24', via: 'fe80::1', index: 7 },
  ],
  [
    'multicast ff00::/8 dev x1.100 proto kernel metric 256',
    `0a080000fc0200050000000008000f00e903000014000100ff0000000000000000000000000000000800060000010000
     080004000600000024000c00000000000000000000000000000000000000000000000000000000000000000005001400
     00000000`,
    { family: 6, type: 'multicast', to: 'ff00::/8', metric: 256, index: 6, protocol: 2 },
  ],
  [
    'blackhole 10.9.0.0/16, which we never make',
    '02100000fc0300060000000008000f00e9030000080001000a090000',
    { family: 4, type: 'other', to: '10.9.0.0/16' },
  ],
])('the kernel reports %s', (_, hex, expected) => {
  expect(decodeRoute(bytes(hex))).toMatchObject({ table: 1001, ...expected });
});
