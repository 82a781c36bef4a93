import { expect, test } from '@jest/globals';
import { iovec, msghdr, pointers, pollIn, rightsMessage, sockaddrUn, timespec, timeval } from './structures.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('struct sockaddr_un is the family, the path and a zero', () => {
  expect(hex(sockaddrUn(new TextEncoder().encode('/a')))).toBe('01002f6100');
});

test('struct timeval is seconds and microseconds', () => {
  expect(hex(timeval(20_500))).toBe('140000000000000020a1070000000000');
});

test('struct timespec is seconds and nanoseconds', () => {
  expect(hex(timespec(20_500.001))).toBe('1400000000000000e868cd1d00000000');
});

test('struct pollfd is the descriptor and POLLIN', () => {
  expect(hex(pollIn(7))).toBe('0700000001000000');
});

test('an array of pointers ends with a null pointer', () => {
  expect(hex(pointers([0x7fff_1122_3344]))).toBe('44332211ff7f00000000000000000000');
});

test('SCM_RIGHTS carries one descriptor in CMSG_SPACE(4)', () => {
  expect(hex(rightsMessage(7))).toBe('140000000000000001000000010000000700000000000000');
});

test('struct msghdr points to one iovec and the control data', () => {
  expect(hex(iovec(0x1122, 5))).toBe('22110000000000000500000000000000');
  expect(hex(msghdr(0x10, 0x20, 24))).toBe(
    [
      '00'.repeat(16),
      '1000000000000000',
      '0100000000000000',
      '2000000000000000',
      '1800000000000000',
      '00'.repeat(8),
    ].join(''),
  );
});
