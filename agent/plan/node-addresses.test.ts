import { expect, test } from '@jest/globals';
import { parseVrf } from '../api/vrf.ts';
import { refuseNodeAddresses } from './node-addresses.ts';

const pool = { subnet: '10.0.0.0/24', range: '10.0.0.10-10.0.0.99', exclude: ['10.0.0.64/28'], gateway: '10.0.0.20' };
const reservations = [{ namespace: 'bgp', pod: 'speaker-0', addresses: ['10.0.0.5/24'] }];
const spec = { mode: 'bridge', addresses: { pools: [pool], reservations } };
const { vrf } = parseVrf({
  apiVersion: 'multivrf.dev/v1alpha1',
  kind: 'VRF',
  metadata: { name: 'customer-a' },
  spec,
});
const refusal = (...node: string[]) => {
  try {
    refuseNodeAddresses(vrf!, node);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

test('an address of the node that a pool would give out is refused', () => {
  expect(refusal('172.16.0.1/16', '10.0.0.42/8')).toBe(
    "VRF customer-a: spec.addresses.pools[0] (10.0.0.10-10.0.0.99) would give a pod 10.0.0.42, which is this node's own address",
  );
});

test('one that is reserved is refused', () => {
  expect(refusal('10.0.0.5/32')).toContain('spec.addresses.reservations[0] would give a pod 10.0.0.5');
});

test.each([
  ['outside the range', '10.0.0.200/24'],
  ['excluded', '10.0.0.70/24'],
  ["that of the customer's router", '10.0.0.20/24'],
  ['of the other family', '2001:db8::42/64'],
])('one that is %s overlaps, and is no obstacle', (_, address) => {
  expect(refusal(address)).toBeUndefined();
});
