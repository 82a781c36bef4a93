/** The two customers of the demo. Their address plans are the same: only the VRF tells them apart. */
import type { VrfSpec } from '../../test/support/agent.ts';
import type { Make } from '../../test/support/speakers.ts';

export interface CustomerPlan {
  vrf: string;
  mode: 'bridge' | 'routed';
  uplink: string;
  /** Make and number of the customer's own router. */
  router: Make;
  asn: number;
  /** The pod that speaks for us. */
  pod: string;
  speaker: Make;
  /** Password of TCP MD5 on the IPv4 session. */
  password?: string;
  /** A host in the customer's network that the other customer has no address like. */
  hosts: readonly string[];
  announces: readonly string[];
}

export const providerAsn = 65000;

/** What both customers have. */
export const plan = {
  router: ['192.0.2.1', '2001:db8::1'],
  /** The node's address on the cable, where it routes. */
  uplink: ['192.0.2.2', '2001:db8::2'],
  pod: ['192.0.2.10', '2001:db8::10'],
  subnet: ['192.0.2.0/24', '2001:db8::/64'],
  /** What each pod announces to its customer. */
  service: ['100.64.0.0/24', '2001:db8:64::/48'],
} as const;

export const customers: readonly [CustomerPlan, CustomerPlan] = [
  {
    vrf: 'customer-a',
    mode: 'bridge',
    uplink: 'eth1',
    router: 'BIRD',
    asn: 65010,
    pod: 'speaker-a',
    speaker: 'GoBGP',
    password: 'a-shared-secret',
    hosts: ['203.0.113.1', '2001:db8:a::1'],
    announces: ['10.0.0.0/8', '203.0.113.0/24', '2001:db8:a::/48'],
  },
  {
    vrf: 'customer-b',
    mode: 'routed',
    uplink: 'eth2',
    router: 'FRR',
    asn: 65020,
    pod: 'speaker-b',
    speaker: 'BIRD',
    hosts: ['198.51.100.1', '2001:db8:b::1'],
    announces: ['10.0.0.0/8', '198.51.100.0/24', '2001:db8:b::/48'],
  },
];

/** The addresses with their prefix lengths, IPv4 first. */
function withLengths(addresses: readonly string[], lengths: readonly [number, number]): string[] {
  return addresses.map((address, i) => `${address}/${lengths[i]}`);
}

/** The router's addresses on the cable. Where the node routes, the cable is a network of its own inside the same plan. */
export function routerAddresses({ mode }: CustomerPlan): string[] {
  return withLengths(plan.router, mode === 'bridge' ? [24, 64] : [30, 126]);
}

/** The `spec` that the operator writes for a customer. */
export function vrfSpec(customer: CustomerPlan): VrfSpec {
  const { mode, uplink, pod } = customer;
  const routed = mode === 'routed';
  return {
    mode,
    uplinks: [{ interface: uplink, ...(routed ? { addresses: withLengths(plan.uplink, [30, 126]) } : {}) }],
    addresses: {
      pools: plan.subnet.map((subnet, i) => ({ subnet, ...(routed ? {} : { gateway: plan.router[i] }) })),
      reservations: [{ namespace: 'bgp', pod, addresses: withLengths(plan.pod, [24, 64]) }],
    },
    // Where the node routes, the router is the node's next hop, and the node is the pod's.
    routes: ['0.0.0.0/0', '::/0'].map((to, i) => ({ to, ...(routed ? { via: plan.router[i] } : {}) })),
    access: { namespaces: ['bgp'] },
    expose: [{ protocol: 'icmp' }, { protocol: 'tcp', port: 179 }],
  };
}
