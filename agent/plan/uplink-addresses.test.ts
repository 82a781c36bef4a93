import { expect, test } from '@jest/globals';
import { deliveredOn } from './uplink-addresses.ts';

test.each([
  [['192.0.2.1/24'], ['192.0.2.1', '192.0.2.0', '192.0.2.255']],
  [['192.0.2.1/31'], ['192.0.2.1']],
  [['192.0.2.1/32'], ['192.0.2.1']],
  [
    ['192.0.2.1/24', '192.0.2.2/24'],
    ['192.0.2.1', '192.0.2.0', '192.0.2.255', '192.0.2.2'],
  ],
  [['2001:db8::1/64'], ['2001:db8::1', '2001:db8::']],
  [['2001:db8::1/127'], ['2001:db8::1']],
])('an uplink with %j makes the node answer for %j', (addresses, delivered) => {
  expect(deliveredOn(addresses)).toEqual(delivered);
});
