/** An address that a pod cannot have is one error that names it and its VRF, and leaves nothing. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Pod } from '../support/chain.ts';
import { Scene, specWith } from '../support/scene.ts';

let scene: Scene;
let pod: Pod;
beforeAll(async () => {
  const uplinks = [{ interface: 'eth1' }];
  const pools = [
    { subnet: '192.0.2.0/24', range: '192.0.2.10-192.0.2.99', exclude: ['192.0.2.64/28'], gateway: '192.0.2.1' },
  ];
  const reservations = [{ namespace: 'bgp', pod: 'speaker-9', addresses: ['192.0.2.9/24'] }];
  scene = await Scene.open({
    'customer-a': specWith({ uplinks, addresses: { pools, reservations } }),
    small: specWith({ uplinks: [], addresses: { pools: [{ subnet: '192.0.2.0/30', gateway: '192.0.2.1' }] } }),
    bare: specWith({ uplinks: [], addresses: {} }),
  });
  await scene.attach(await scene.pod('holder'), 'customer-a=192.0.2.20/24,small');
  pod = await scene.pod('speaker-0');
});
afterAll(() => scene?.close());

test.each([
  {
    wrong: 'outside the pool',
    annotation: 'customer-a=198.51.100.7/24',
    code: 100,
    msg: 'address 198.51.100.7/24 in VRF customer-a lies in no pool of the VRF',
    details: 'the pools are 192.0.2.0/24 (192.0.2.10-192.0.2.99)',
  },
  {
    wrong: 'held by another pod',
    annotation: 'customer-a=192.0.2.20/24',
    code: 100,
    msg: 'address 192.0.2.20/24 in VRF customer-a is taken by bgp/holder (interface net1)',
    details: 'choose another, or delete its holder',
  },
  {
    wrong: 'reserved for another pod',
    annotation: 'customer-a=192.0.2.9/24',
    code: 100,
    msg: 'address 192.0.2.9/24 in VRF customer-a is reserved for bgp/speaker-9',
    details: 'choose another',
  },
  {
    wrong: "the customer's router has",
    annotation: 'customer-a=192.0.2.1/24',
    code: 100,
    msg: 'address 192.0.2.1/24 in VRF customer-a is the gateway of pool 192.0.2.0/24 (192.0.2.10-192.0.2.99)',
    details: 'choose another',
  },
  {
    wrong: 'excluded from the pool',
    annotation: 'customer-a=192.0.2.65/24',
    code: 100,
    msg: 'address 192.0.2.65/24 in VRF customer-a is excluded (spec.addresses.pools.exclude)',
    details: 'choose another',
  },
  {
    wrong: 'with another prefix length than its segment',
    annotation: 'customer-a=192.0.2.21/25',
    code: 7,
    msg: 'address 192.0.2.21/25 in VRF customer-a has prefix length 25, its pool 192.0.2.0/24 (192.0.2.10-192.0.2.99) has 24',
    details: 'write 192.0.2.21/24',
  },
  {
    wrong: 'from an exhausted pool',
    annotation: 'small',
    code: 100,
    msg: 'VRF small has no free IPv4 address (192.0.2.0/30: 1 of 1 in use)',
    details: 'widen or add a pool, or delete pods that hold addresses',
  },
  {
    wrong: 'from a VRF without any',
    annotation: 'bare',
    code: 100,
    msg: 'VRF bare has no address to give: it has no pools, no reservation for bgp/speaker-0, and the attachment names no address',
    details: 'add spec.addresses.pools or spec.addresses.reservations to the VRF',
  },
])('an address $wrong is refused', async ({ annotation, code, msg, details }) => {
  expect(await scene.refusal(pod, annotation)).toEqual({ cniVersion: '1.0.0', code, msg, details });
});

test("an address asked for in vain is nobody's", async () => {
  await scene.refusal(pod, 'customer-a=192.0.2.30/24,small');
  const { ips } = await scene.attach(pod, 'customer-a=192.0.2.30/24');
  expect(ips?.at(-1)?.address).toBe('192.0.2.30/24');
});
