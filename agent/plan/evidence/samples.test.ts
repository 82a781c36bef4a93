import { expect, test } from '@jest/globals';
import { scenarios } from '../scenarios.testing.ts';
import { customerAddress, neighbourIn } from './samples.ts';

test.each([
  ['192.0.2.7/24', '192.0.2.1'],
  ['192.0.2.1/24', '192.0.2.2'],
  ['192.0.2.0/31', '192.0.2.1'],
  ['192.0.2.7/32', undefined],
  ['2001:db8::1/64', '2001:db8::2'],
  ['2001:db8::1/128', undefined],
])('a neighbour of %s is %s', (prefix, neighbour) => {
  expect(neighbourIn(prefix)).toBe(neighbour);
});

test.each([
  ['bridge, device', 4, '192.0.2.254'],
  ['bridge, device', 6, '2001:db8::fe'],
  ['routed, device', 4, '192.0.2.254'],
  ['routed, device', 6, '2001:db8::2'],
] as const)('the customer of %s, IPv%i, is a router of its, or somebody on the uplink', (name, family, address) => {
  const attachment = scenarios[name]!;
  expect(customerAddress(attachment, attachment.vrf, family)).toBe(address);
});
