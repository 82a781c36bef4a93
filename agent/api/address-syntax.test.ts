import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  contains,
  formatAddress,
  formatSubnet,
  overlaps,
  parseAddress,
  parsePrefix,
  parseRange,
} from './address-syntax.ts';

const ipv6 = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n });

test('an IPv4 address has four decimal parts and no leading zero', () => {
  expect(parseAddress('192.0.2.1')).toEqual({ family: 4, first: 0xc0000201n, last: 0xc0000201n, text: '192.0.2.1' });
  for (const text of ['192.0.2', '192.0.2.01', '0xc0000201', '3221225985', '192.0.2.1 ', '']) {
    expect(parseAddress(text)).toBeUndefined();
  }
});

test('an IPv6 address has no zone and is written as in RFC 5952', () => {
  expect(parseAddress('2001:DB8:0:0::1')?.text).toBe('2001:db8::1');
  expect(parseAddress('fe80::1%eth0')).toBeUndefined();
});

test('every address survives being written and read', () => {
  fc.assert(fc.property(ipv6, (value) => parseAddress(formatAddress(6, value))?.first === value));
});

test('every address lies in the subnet of its prefix', () => {
  fc.assert(
    fc.property(ipv6, fc.integer({ min: 0, max: 128 }), (value, length) => {
      const prefix = parsePrefix(`${formatAddress(6, value)}/${length}`)!;
      expect(prefix.last - prefix.first + 1n).toBe(1n << BigInt(128 - length));
      expect(contains(parsePrefix(formatSubnet(prefix))!, { family: 6, first: value, last: value })).toBe(true);
    }),
  );
});

test('a prefix length is a number without leading zero that fits the family', () => {
  for (const text of ['192.0.2.0/', '192.0.2.0/024', '192.0.2.0/33', '::/129', '192.0.2.0/-1', '192.0.2.0/24/24']) {
    expect(parsePrefix(text)).toBeUndefined();
  }
});

test('blocks of two families share nothing', () => {
  expect(overlaps(parsePrefix('0.0.0.0/0')!, parsePrefix('::/0')!)).toBe(false);
  expect(parseRange('192.0.2.1-::1')).toBeUndefined();
});
