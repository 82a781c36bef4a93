import { expect, test } from '@jest/globals';
import type { Rule } from '../../plan/kernel-object.ts';
import { encodeMessage, type Message } from '../message.ts';
import { bytes, expectSameRequest } from './iproute2.testing.ts';
import { addRule, decodeRule, deleteRule, moveLocalRule } from './rule.ts';

function rule(family: 4 | 6, priority: number, action: Rule['action'], rest: Partial<Rule> = {}): Rule {
  return { object: 'rule', in: 'node', family, priority, action, ...rest };
}

test.each<[string, Message, string]>([
  [
    'ip rule add pref 10 iif net1 lookup 1002 protocol kernel',
    addRule(rule(4, 10, 'lookup', { iif: 'net1', table: 1002 })),
    `
      40000000200005064d05016b00000000020000000000000100000000080006000a000000090003006e6574310000000008000f00
      ea0300000500150002000000
    `,
  ],
  [
    'ip rule add pref 14 oif net1 unreachable protocol kernel',
    addRule(rule(4, 14, 'unreachable', { oif: 'net1' })),
    `
      38000000200005064d05016b00000000020000000000000700000000080006000e000000090011006e6574310000000005001500
      02000000
    `,
  ],
  [
    'ip rule add pref 12 iif eth0 to 192.0.2.2 blackhole protocol kernel',
    addRule(rule(4, 12, 'blackhole', { iif: 'eth0', to: '192.0.2.2/32' })),
    `
      40000000200005064d05016b00000000022000000000000600000000080006000c00000009000300657468300000000008000100
      c00002020500150002000000
    `,
  ],
  [
    'ip -6 rule add pref 15 iif lo from 2001:db8::2 lookup 1001 protocol kernel',
    addRule(rule(6, 15, 'lookup', { iif: 'lo', from: '2001:db8::2/128', table: 1001 })),
    `
      50000000200005064d05016b000000000a0080000000000100000000080006000f000000070003006c6f00001400020020010db8
      00000000000000000000000208000f00e90300000500150002000000
    `,
  ],
  [
    'ip rule add pref 10 l3mdev protocol kernel',
    addRule(rule(4, 10, 'l3mdev')),
    `
      34000000200005064d05016b00000000020000000000000100000000080006000a00000005001300010000000500150002000000
    `,
  ],
])('%s', (_, ours, theirs) => expectSameRequest(ours, theirs));

test('a rule in a pod carries our protocol number, by which it is known again', () => {
  const { header, attributes } = addRule({ ...rule(4, 14, 'unreachable', { oif: 'net1' }), in: 'pod' });
  const ours = encodeMessage({ type: 0, flags: 0, header, attributes }, 0, 0).subarray(16);
  expect(decodeRule(ours)).toMatchObject({ priority: 14, oif: 'net1', ours: true });
  const kernels = encodeMessage({ ...addRule(rule(4, 14, 'unreachable', { oif: 'net1' })) }, 0, 0).subarray(16);
  expect(decodeRule(kernels)).not.toHaveProperty('ours');
});

test('the rule for table local is added behind the others before its old self goes', () => {
  const [add, remove] = moveLocalRule({ family: 4, priority: 20 }, 0);
  // ip rule add pref 20 lookup local protocol kernel; without NLM_F_EXCL, since priority and table may be the same
  const theirs = `
      2c000000200005064d05016b0000000002000000ff0000010000000008000600140000000500150002000000
    `;
  expect(add!.flags).toBe(0x400);
  expectSameRequest({ ...add!, flags: 0x600 }, theirs);
  expect(remove).toEqual(deleteRule(rule(4, 0, 'lookup', { table: 255 })));
});

test.each([
  [
    '0: from all lookup local',
    '02000000ff0000010000000008000f00ff00000008000e00ffffffff0500150002000000',
    { family: 4, priority: 0, action: 'lookup', table: 255 },
  ],
  [
    '12: from all to 192.0.2.2 iif eth1 blackhole',
    `02200000000000060000000008000f000000000008000e00ffffffff0500150002000000090003006574683100000000
     080006000c00000008000100c0000202`,
    { family: 4, priority: 12, action: 'blackhole', iif: 'eth1', to: '192.0.2.2/32' },
  ],
  [
    '13: from all oif x9 [detached] lookup 1001',
    '02000000fc0000011000000008000f00e903000008000e00ffffffff05001500000000000700110078390000080006000d000000',
    { family: 4, priority: 13, action: 'lookup', oif: 'x9', table: 1001 },
  ],
  [
    '14: from 10.0.0.0/8 unreachable',
    '02000800000000070000000008000f000000000008000e00ffffffff0500150000000000080006000e000000080002000a000000',
    { family: 4, priority: 14, action: 'unreachable', from: '10.0.0.0/8' },
  ],
  [
    '10: from all lookup [l3mdev-table]',
    '0a000000000000010000000008000f000000000008000e00ffffffff050015000200000008000600 0a000000 0500130001000000',
    { family: 6, priority: 10, action: 'l3mdev' },
  ],
  [
    '15: from all fwmark 0x5 goto 32766, which is not ours by action nor selector',
    `02000000000000020000000008000f000000000008000e00ffffffff0500150000000000080006000f00000008000a00
     0500000008001000ffffffff08000400fe7f0000`,
    { family: 4, priority: 15, action: 'other', narrowed: true },
  ],
])('the kernel reports %s', (_, hex, expected) => {
  const nothing = { table: undefined, iif: undefined, oif: undefined, to: undefined, from: undefined };
  expect(decodeRule(bytes(hex))).toEqual({ ...nothing, ...expected });
});

test.each([
  ['tos 4', '02000004ff0000010000000008000f00ff000000'],
  ['not', '02000000ff0000010200000008000f00ff000000'],
  ['dport 53', '02000000ff0000010000000008000f00ff00000008001800350035 00'],
])('a rule that also says "%s" is somebody else\'s', (_, hex) => {
  expect(decodeRule(bytes(hex))).toMatchObject({ action: 'lookup', table: 255, narrowed: true });
});
