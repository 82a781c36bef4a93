/** VRFs with as much of everything as the schema allows. */

interface Sizes {
  uplinks: number;
  routes: number;
  pools: number;
  reservations: number;
}

const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const hex = (i: number) => i.toString(16).padStart(4, '0');
/** `i` from its start. */
const numbered = (i: number, length: number) => String(i).padStart(length, 'x');

const segment = (i: number, k: number) => `2001:0db8:${hex(0x1000 + i)}:${hex(k)}`;
const subnet = (i: number) => `2001:0db8:${hex(0x2000 + i)}:0000:0000:0000:0000`;

/** Of the largest size but for what is said otherwise; each next hop is on the last address of the last uplink. */
export function largestVrf(
  mode: 'bridge' | 'routed',
  { uplinks = 64, routes = 256, pools = 32, reservations = 1024 }: Partial<Sizes> = {},
): object {
  const addresses = (i: number) => (mode === 'bridge' ? [] : many(4, (k) => `${segment(i, k)}:1:2:3:4/64`));
  const spec = {
    ...{ mode, backend: 'device', pod: 'device', table: 4_294_967_295, mtu: 65_535, accept: 'any' },
    uplinks: many(uplinks, (i) => ({
      nodeSelector: Object.fromEntries(many(16, (k) => [`label-${k}`, numbered(i, 63)])),
      ...{ interface: numbered(i, 15), vlan: i + 1, addresses: addresses(i) },
    })),
    addresses: {
      pools: many(pools, (i) => ({
        ...{ subnet: `${subnet(i)}:0000/64`, gateway: `${subnet(i)}:0001` },
        range: `${subnet(i)}:1000-${subnet(i)}:ffff`,
        exclude: many(64, (k) => `${subnet(i)}:${hex(0x2000 + k)}-${subnet(i)}:${hex(0x2000 + k)}`),
      })),
      reservations: many(reservations, (i) => ({
        ...{ namespace: numbered(i, 63), pod: numbered(i, 253) },
        addresses: [`${subnet(i % pools)}:${hex(0x3000 + i)}/64`, `10.${i >> 8}.${i & 255}.1/9`],
      })),
    },
    routes: many(routes, (i) => ({
      to: `2001:0db8:${hex(0x3000 + i)}::/48`,
      via: `${segment(uplinks - 1, 3)}:1:2:3:5`,
    })),
    access: {
      namespaces: many(1024, (i) => numbered(i, 63)),
      serviceAccounts: many(1024, (i) => `${numbered(i, 63)}/${numbered(i, 253)}`),
    },
    expose: many(64, (i) => ({ protocol: i % 2 ? 'tcp' : 'udp', port: i + 1, endPort: 65_535 })),
  };
  return { apiVersion: 'multivrf.dev/v1alpha1', kind: 'VRF', metadata: { name: 'fifteen-letters' }, spec };
}
