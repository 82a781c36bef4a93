import { expect, test } from '@jest/globals';
import { refuseAmbiguousAddresses } from './pod-conflict.ts';
import { attachment, vrf } from './scenarios.testing.ts';

const inVrf = (name: string, pod: 'device' | 'rules') => attachment(vrf('bridge', 'device', { name }), pod);

test('one address in two VRFs of a pod is refused with policy rules, which could not tell them apart', () => {
  expect(() => refuseAmbiguousAddresses([inVrf('customer-a', 'rules'), inVrf('customer-b', 'rules')])).toThrow(
    'address 192.0.2.2 is asked for in VRF customer-a and in VRF customer-b for one pod',
  );
});

test('with VRF devices a pod may have one address in two VRFs', () => {
  expect(() => refuseAmbiguousAddresses([inVrf('customer-a', 'device'), inVrf('customer-b', 'device')])).not.toThrow();
});
