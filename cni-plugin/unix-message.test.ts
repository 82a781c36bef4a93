import { expect, test } from '@jest/globals';
import { iovec, msghdr, rightsMessage, sockaddrUn, timeval } from './unix-message.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('struct sockaddr_un is the family, the path and a zero', () => {
  expect(hex(sockaddrUn(new TextEncoder().encode('/a')))).toBe('01002f6100');
});

test('struct timeval is seconds and microseconds', () => {
  expect(hex(timeval(20_500))).toBe('140000000000000020a1070000000000');
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
