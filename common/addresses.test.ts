import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  canonical,
  contains,
  type Family,
  formatAddress,
  formatBytes,
  formatPrefix,
  fromBytes,
  hostSpanOf,
  isHostUsable,
  networkOf,
  parseAddress,
  parsePrefix,
  parseSpan,
  toBytes,
  toPrefixBytes,
} from './addresses.ts';

const mapped = (family: Family, address: bigint) => family === 6 && address >> 32n === 0xffffn;
const anyAddress = fc
  .constantFrom<Family>(4, 6)
  .chain((family) =>
    fc.record({ family: fc.constant(family), address: fc.bigInt(0n, (1n << (family === 4 ? 32n : 128n)) - 1n) }),
  )
  .filter(({ family, address }) => !mapped(family, address));
const anyPrefix = anyAddress.chain((ip) =>
  fc.record({
    family: fc.constant(ip.family),
    address: fc.constant(ip.address),
    length: fc.integer({ min: 0, max: ip.family === 4 ? 32 : 128 }),
  }),
);

test('an address survives text and bytes', () => {
  fc.assert(
    fc.property(anyAddress, ({ family, address }) => {
      const text = formatAddress(family, address);
      expect(parseAddress(text)).toEqual({ family, address });
      expect(fromBytes(toBytes(text))).toBe(text);
    }),
  );
});

test('a prefix survives text, host bits included', () => {
  fc.assert(fc.property(anyPrefix, (prefix) => expect(parsePrefix(formatPrefix(prefix))).toEqual(prefix)));
});

test('a prefix contains its own addresses, its network is the first of them', () => {
  fc.assert(
    fc.property(anyPrefix, (prefix) => {
      const network = networkOf(prefix);
      expect(contains(network, prefix.family, prefix.address)).toBe(true);
      expect(network.address <= prefix.address).toBe(true);
      if (network.address > 0n) expect(contains(prefix, prefix.family, network.address - 1n)).toBe(false);
    }),
  );
});

test.each([
  ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['::', '::'],
])('%s is written %s (RFC 5952)', (text, canonical) => {
  const { family, address } = parseAddress(text);
  expect(formatAddress(family, address)).toBe(canonical);
});

test('bytes are in network order', () => {
  expect([...toBytes('192.0.2.1')]).toEqual([192, 0, 2, 1]);
  expect([...toBytes('2001:db8::1')]).toEqual([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  expect(toPrefixBytes('192.0.2.1/24')).toEqual({ bytes: toBytes('192.0.2.1'), length: 24 });
  expect(() => toPrefixBytes('192.0.2/24')).toThrow('192.0.2: not an IPv4 or IPv6 address');
  expect(() => fromBytes(new Uint8Array(5))).toThrow('5 bytes: an address has 4 or 16');
});

test.each([
  ['', "'': not an IPv4 or IPv6 address"],
  ['192.0.2', '192.0.2: not an IPv4 or IPv6 address'],
  ['192.0.2.010', '192.0.2.010: not an'],
  ['192.0.2.256', '192.0.2.256: not an'],
  [' 192.0.2.1', ' 192.0.2.1: not an'],
  ['3221225985', '3221225985: not an'],
  ['00001::', '00001::: not an'],
  ['::ffff:c000:201', 'write 192.0.2.1'],
  ['::ffff:192.0.2.1', 'dotted notation'],
  ['fe80::1%eth0', 'fe80::1%eth0: an address with a zone is not accepted'],
])('%j is no address', (text, message) => {
  expect(() => parseAddress(text)).toThrow(message);
});

test.each([
  '192.0.2.1/33',
  '192.0.2.1/',
  '192.0.2.1/024',
  '192.0.2.1/+8',
  '2001:db8::/129',
  '192.0.2.1/24/24',
  '192.0.2.1',
])('%s is no prefix', (text) => {
  expect(() => parsePrefix(text)).toThrow(`${text}: the prefix length`);
});

test('a span is one address, a range or a prefix', () => {
  const [first, last] = [parseAddress('192.0.2.8').address, parseAddress('192.0.2.15').address];
  expect(parseSpan('192.0.2.8')).toEqual({ family: 4, first, last: first });
  expect(parseSpan('192.0.2.8-192.0.2.15')).toEqual({ family: 4, first, last });
  expect(parseSpan('192.0.2.8/29')).toEqual({ family: 4, first, last });
  expect(() => parseSpan('192.0.2.15-192.0.2.8')).toThrow(
    '192.0.2.15-192.0.2.8: the first address lies after the last',
  );
  expect(() => parseSpan('192.0.2.15-::1')).toThrow('same IP version');
});

test.each([
  ['192.0.2.1/24', true],
  ['192.0.2.0/24', false],
  ['192.0.2.255/24', false],
  ['192.0.2.3/30', false],
  ['192.0.2.0/31', true],
  ['192.0.2.0/32', true],
  ['2001:db8::/64', false],
  ['2001:db8::/126', false],
  ['2001:db8::/127', true],
  ['2001:db8::ffff:ffff:ffff:ffff/64', true],
  ['127.0.0.1/8', false],
  ['224.0.0.5/24', false],
  ['ff02::1/64', false],
  ['::1/128', false],
])('a host may bear %s: %s', (text, usable) => {
  expect(isHostUsable(parsePrefix(text))).toBe(usable);
});

test('what a host may bear is a span, without enumeration', () => {
  const { first, last } = hostSpanOf(parsePrefix('2001:db8::5/64'));
  expect([formatAddress(6, first), formatAddress(6, last)]).toEqual(['2001:db8::1', '2001:db8::ffff:ffff:ffff:ffff']);
});

test('a number that does not fit the family is refused', () => {
  expect(() => formatAddress(4, 1n << 32n)).toThrow('4294967296: not a number of 32 bits');
  expect(() => formatAddress(6, -1n)).toThrow(RangeError);
});

test('an IPv4-mapped address is not accepted either when its text is of our own making', () => {
  expect(() => parseAddress(formatAddress(6, 0xffff_c000_0201n))).toThrow('an IPv4-mapped address is not accepted');
});

test.each([
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['192.0.2.1', '192.0.2.1'],
])('the canonical text of %s is %s, of whatever it was made', (text, canonicalText) => {
  expect(canonical(text)).toBe(canonicalText);
  expect(canonical(formatBytes(toBytes(text).slice()))).toBe(canonicalText);
  expect(parseAddress(formatBytes(toBytes(text).slice()))).toEqual(parseAddress(text));
});

test('of bytes as well an IPv4-mapped address is written, and not accepted when it is read', () => {
  const mapped = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1);
  expect(() => parseAddress(formatBytes(mapped))).toThrow('an IPv4-mapped address is not accepted');
});
