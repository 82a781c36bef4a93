import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatAddress } from './address-syntax.ts';
import { addressName, parseAddressName } from './vrf-address.ts';

test.each([
  ['192.0.2.2', 'customer-a.192.0.2.2'],
  ['2001:db8::2', 'customer-a.2001-db8--2'],
  ['::1', 'customer-a.0--1'],
  ['2001:db8::', 'customer-a.2001-db8--0'],
])('the object for %s is %s', (address, name) => {
  expect(addressName('customer-a', address)).toBe(name);
  expect(parseAddressName(name)).toEqual({ vrf: 'customer-a', address });
});

test('every address has one name, which an API server accepts and which leads back to it', () => {
  const address = fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }).map((value) => formatAddress(4, value)),
    fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((value) => formatAddress(6, value)),
    // Mostly zeros, as addresses of pods are.
    fc.tuple(fc.nat(7), fc.nat(0xffff)).map(([group, value]) => formatAddress(6, BigInt(value) << BigInt(16 * group))),
  );
  const vrf = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/);
  fc.assert(
    fc.property(vrf, address, (vrf, address) => {
      const name = addressName(vrf, address);
      // RFC 1123, a subdomain.
      expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
      expect(parseAddressName(name)).toEqual({ vrf, address });
    }),
  );
});

test.each([
  'customer-a',
  'customer-a.192.0.2',
  '.192.0.2.2',
  'customer-a.2001-DB8--2',
  'a.2001-db8-0-0-0-0-0-2',
  'a.--1',
])('%s is the name of no address', (name) => {
  expect(parseAddressName(name)).toBeUndefined();
});
