/** VRFs that keep addresses for pods: without the API a pod has what is reserved for it; what a pool has left, only the API knows. */
import type { VrfSpec } from '../support/agent.ts';

const pools = [{ subnet: '192.0.2.0/24', range: '192.0.2.10-192.0.2.99', gateway: '192.0.2.1' }];

/** `spec.addresses` with one address for each of these pods in namespace bgp. */
export function reserving(...names: string[]): Pick<VrfSpec, 'addresses'> {
  const reservations = names.map((pod, i) => ({ namespace: 'bgp', pod, addresses: [`192.0.2.${i + 2}/24`] }));
  return { addresses: { pools, reservations } };
}
