import { constants } from 'node:os';
import { expect, test } from '@jest/globals';
import { NetlinkError } from '../netlink/socket.ts';
import { SystemError } from '../netlink/sys/libc.ts';
import type { Step } from '../plan/step.ts';
import { busy, busyAt } from './busy.ts';

const { ENOBUFS, EBUSY, EINTR, EPERM } = constants.errno;
const rule: Step = { do: 'add', object: { object: 'rule', in: 'pod', family: 4, priority: 10, action: 'l3mdev' } };
const enslave: Step = { do: 'change', from: settings(''), to: settings('customer-a') };

function settings(master: string) {
  return { object: 'link-settings', in: 'node', dev: 'eth1', master } as const;
}

test.each([
  ['a dump is under way on the socket', new NetlinkError(EBUSY, '')],
  ['a dump was disturbed time and again', new NetlinkError(EINTR, 'interrupted')],
  ['an answer was lost', new SystemError('recv', ENOBUFS)],
])('that %s passes: the plugin is to ask again', (_, error) => {
  expect(busy(error)).toMatchObject({ code: 11, message: expect.stringContaining(error.message) });
});

test.each([new NetlinkError(EPERM, ''), new SystemError('open', EPERM), new Error('EBUSY')])('%s does not', (error) => {
  expect(busy(error)).toBeUndefined();
});

test.each([
  ['EBUSY', rule, true],
  ['ENOBUFS', enslave, true],
  ['EEXIST', rule, false],
  // By Open vSwitch or macvlan: for as long as they are there.
  ['EBUSY', enslave, false],
])('a step refused with %s is repeated or not', (errno, step, again) => {
  expect(busyAt(step, errno) !== undefined).toBe(again);
});
