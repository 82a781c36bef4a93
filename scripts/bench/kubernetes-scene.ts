/** What the benchmarks with the Kubernetes source attach, and to what. */

export const benchNode = 'worker-1';

/** Milliseconds that the API takes for an answer, as one takes that writes to three disks: who waits for it is seen. */
export const latency = 10;

/** Pods whose addresses the VRF reserves, those that come back, and those that are new. */
export const sorts = ['reserved', 'cached', 'new'] as const;
export type Sort = (typeof sorts)[number];

/** As of a StatefulSet: its addresses are kept for its name. One that is new has no such name. */
export const podName = (sort: Sort, i: number): string => (sort === 'new' ? `new-${i}-x` : `${sort}-${i}`);

export const podUid = (name: string): string => `uid-of-${name}`;

/** What the API server has at the start. */
export interface Cluster {
  /** Their `spec` by name. */
  vrfs: Readonly<Record<string, object>>;
  /** Of namespace `bgp`, on this node: to which VRF each is to be attached. */
  pods: Readonly<Record<string, string>>;
}

/** `spec` of the VRF for so many pods of each sort. */
export function benchSpec(count: number) {
  const reservations = Array.from({ length: count }, (_, i) => ({
    namespace: 'bgp',
    pod: podName('reserved', i),
    addresses: [`10.8.${200 + (i >> 8)}.${i & 255}/16`, `fd88::ffff:${i.toString(16)}/64`],
  }));
  const pools = [
    { subnet: '10.8.0.0/16', range: '10.8.0.1-10.8.199.255', gateway: '10.8.255.254' },
    { subnet: 'fd88::/64', range: 'fd88::1-fd88::fffe', gateway: 'fd88::fffe:ffff' },
  ];
  return {
    mode: 'bridge',
    addresses: { pools, reservations },
    routes: [{ to: '0.0.0.0/0' }, { to: '::/0' }],
    access: { namespaces: ['bgp'] },
    expose: [{ protocol: 'tcp', port: 179 }],
  };
}
