import { expect, test } from '@jest/globals';
import type { Message } from '../message.ts';
import { bytes, expectSameRequest } from './iproute2.testing.ts';
import { decodeFoundRoute, lookupRoute } from './route-lookup.ts';

const v0 = 2;

test.each<[string, Message, string]>([
  [
    'ip route get 192.0.2.1 from 192.0.2.2 iif v0',
    lookupRoute({ family: 4, to: '192.0.2.1', from: '192.0.2.2', iif: v0 }),
    '340000001a0001003e5e016b0000000002202000000000000010000008000100c000020108000200c00002020800030002000000',
  ],
  [
    'ip -6 route get 2001:db8::1 from 2001:db8::2 iif v0',
    lookupRoute({ family: 6, to: '2001:db8::1', from: '2001:db8::2', iif: v0 }),
    `4c0000001a0001003e5e016b000000000a808000000000000000000014000100
     20010db80000000000000000000000011400020020010db80000000000000000000000020800030002000000`,
  ],
  [
    'ip route get 10.9.9.9 oif v0',
    lookupRoute({ family: 4, to: '10.9.9.9', oif: v0 }),
    '2c0000001a0001003e5e016b000000000220000000000000001000000800010 00a0909090800040002000000',
  ],
  [
    'ip -6 route get 2001:db8:9::1 from 2001:db8::1 oif v0',
    lookupRoute({ family: 6, to: '2001:db8:9::1', from: '2001:db8::1', oif: v0 }),
    `4c0000001a0001003e5e016b000000000a808000000000000000000014000100
     20010db80009000000000000000000011400020020010db80000000000000000000000010800040002000000`,
  ],
])('%s', (_, ours, theirs) => expectSameRequest(ours, theirs));

test.each([
  [
    'local 192.0.2.1 from 192.0.2.2 dev lo table local',
    `02202000fe000002000200800 8000f00fe00000008000100c000020108000200c000020208000400010000000800030002000000`,
    { type: 'local', index: 1 },
  ],
  [
    'local 2001:db8::1 from 2001:db8::2 dev lo table local',
    `0a808000ff0200020000000008000f00ff0000001400010020010db8000000000000000000000001
     1400020020010db80000000000000000000000020800030002000000080006000000000008000400 01000000`,
    { type: 'local', index: 1 },
  ],
  [
    '10.9.9.9 via 192.0.2.9 dev v0',
    `02200000fe0000010002000008000f00fe000000080001000a0909090800040002000000
     08000700c000020108000500c0000209`,
    { type: 'unicast', index: v0 },
  ],
  ['unreachable 10.9.9.9', '02200000fe00000700000000080001000a090909', { type: 'refused', index: undefined }],
  ['broadcast 192.0.2.255', '02200000fe00000300000000', { type: 'other', index: undefined }],
])('the kernel answers %s', (_, hex, expected) => {
  expect(decodeFoundRoute(bytes(hex))).toEqual(expected);
});
