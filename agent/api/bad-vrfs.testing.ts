/** Specs that are refused, each with what is said of it. */

/** A VRF in mode bridge, unless `spec` says otherwise. */
export const vrf = (spec: object, name = 'customer-a') => ({
  apiVersion: 'multivrf.dev/v1alpha1',
  kind: 'VRF',
  metadata: { name },
  spec: { mode: 'bridge', ...spec },
});

/** A spec with these pools. */
export const pools = (...list: object[]) => ({ addresses: { pools: list } });
/** A spec with reservations for speaker-0, speaker-1 and so on. */
export const reserved = (...list: string[][]) => ({
  addresses: { reservations: list.map((addresses, i) => ({ namespace: 'bgp', pod: `speaker-${i}`, addresses })) },
});

export const subnet = '192.0.2.0/24';
export const via = '192.0.2.254';

/** One field, or a pair, of what is neither an address nor a route. */
export const badFields: [spec: object, line: string][] = [
  [{ mode: undefined }, 'spec.mode: is missing; it must be "bridge" or "routed"'],
  [{ mode: 'brdge' }, 'spec.mode: "brdge" must be "bridge" or "routed"'],
  [{ backend: 'vrf' }, 'spec.backend: "vrf" must be "auto" or "device" or "namespace"'],
  [{ pod: 'yes' }, 'spec.pod: "yes" must be "auto" or "device" or "rules"'],
  [{ uplink: {} }, 'spec.uplink: is not a known key; known here: mode, backend, pod, table'],
  [{ uplinks: [{ interface: 'eth1', vlna: 1 }] }, 'spec.uplinks[0].vlna: is not a known key; known here: nodeSelector'],
  [{ table: 0 }, 'spec.table: 0 must be at least 1'],
  [{ table: 253 }, 'spec.table: 253 is a table of the kernel'],
  [{ table: 254 }, 'spec.table: 254 is a table of the kernel'],
  [{ table: 255 }, 'spec.table: 255 is a table of the kernel'],
  [{ table: 2 ** 32 }, 'spec.table: 4294967296 must be at most 4294967295'],
  [{ table: 1.5 }, 'spec.table: 1.5 must be a whole number'],
  [{ table: '1001' }, 'spec.table: "1001" must be a number, without quotes'],
  [{ mtu: 1279 }, 'spec.mtu: 1279 must be at least 1280'],
  [{ mtu: 65536 }, 'spec.mtu: 65536 must be at most 65535'],
  [{ uplinks: [{}] }, 'spec.uplinks[0].interface: is missing; it must be a string'],
  [{ uplinks: [{ interface: 'a/b' }] }, 'spec.uplinks[0].interface: "a/b" is not a valid interface name'],
  [{ uplinks: [{ interface: '..' }] }, 'spec.uplinks[0].interface: ".." is a name the kernel reserves'],
  [{ uplinks: [{ interface: 'sixteen-letters-' }] }, '"sixteen-letters-" has 16 characters'],
  [{ uplinks: [{ interface: 'customer-a' }] }, '"customer-a" is the VRF\'s own name'],
  [{ uplinks: [{ interface: 'eth1', vlan: 0 }] }, 'spec.uplinks[0].vlan: 0 must be at least 1'],
  [{ uplinks: [{ interface: 'eth1', vlan: 4095 }] }, 'spec.uplinks[0].vlan: 4095 must be at most 4094'],
  [
    { uplinks: [{ interface: 'eth1', nodeSelector: { gpu: true } }] },
    'spec.uplinks[0].nodeSelector.gpu: true must be a string; quote it',
  ],
  [
    { uplinks: [{ interface: 'eth1', addresses: ['192.0.2.1/24'] }] },
    'spec.uplinks[0].addresses: ["192.0.2.1/24"] is refused in mode bridge, where the node must not answer',
  ],
  [{ uplinks: [{ interface: 'eth1' }, { interface: 'eth2' }] }, 'is never used, because spec.uplinks[0]'],
  [{ mode: 'routed', uplinks: [{ interface: 'e', addresses: ['192.0.2.0/24'] }] }, 'is the network address'],
  [
    {
      mode: 'routed',
      uplinks: [{ interface: 'e', addresses: [1, 2, 3, 4, 5].map((host) => `192.0.2.${host}/24`) }],
    },
    'has 5 elements; at most 4 are taken',
  ],
  [{ addresses: null }, 'spec.addresses: null must be an object'],
  [{ access: { namespaces: ['team-*'] } }, 'spec.access.namespaces[0]: "team-*" is not the name of a namespace'],
  [{ access: { namespaces: 'bgp' } }, 'spec.access.namespaces: "bgp" must be a list'],
  [{ access: { serviceAccounts: ['a b'] } }, '"a b" is not the name of a ServiceAccount'],
  [{ expose: [{ protocol: 'sctp', port: 1 }] }, '"sctp" must be "tcp" or "udp" or "icmp"'],
  [{ expose: [{ protocol: 'tcp' }] }, 'spec.expose[0].port: is missing; protocol tcp needs one from 1 to 65535'],
  [{ expose: [{ protocol: 'udp', port: 0 }] }, 'spec.expose[0].port: 0 must be at least 1'],
  [{ expose: [{ protocol: 'tcp', port: 65536 }] }, 'spec.expose[0].port: 65536 must be at most 65535'],
  [{ expose: [{ protocol: 'icmp', port: 8 }] }, 'spec.expose[0].port: 8 is refused with protocol icmp'],
  [
    { expose: [{ protocol: 'tcp', port: 180, endPort: 179 }] },
    'spec.expose[0].endPort: 179 is less than port 180, so that the range is reversed; write port: 179 and endPort: 180',
  ],
  [{ expose: [{ protocol: 'udp', endPort: 9 }] }, 'spec.expose[0].port: is missing; protocol udp needs one'],
];

/** Pools and reservations. */
export const badAddresses: [spec: object, line: string][] = [
  [pools({ subnet: '192.0.2.0' }), 'spec.addresses.pools[0].subnet: "192.0.2.0" is not a prefix'],
  [pools({ subnet: '192.0.2/24' }), '"192.0.2/24" is not a prefix'],
  [pools({ subnet: '010.0.0.0/8' }), '"010.0.0.0/8" is not a prefix'],
  [pools({ subnet: '192.0.2.0/33' }), '"192.0.2.0/33" is not a prefix'],
  [pools({ subnet: '2001:db8::%eth0/64' }), '"2001:db8::%eth0/64" is not a prefix'],
  [pools({ subnet: '192.0.2.1/24' }), '"192.0.2.1/24" has host bits set; write 192.0.2.0/24'],
  [pools({ subnet: '224.0.0.0/24' }), 'lies in or overlaps 224.0.0.0/4 (multicast)'],
  [pools({ subnet: '127.0.0.0/8' }), '(loopback)'],
  [pools({ subnet: '0.0.0.0/0' }), '(unspecified)'],
  [pools({ subnet: '169.254.0.0/16' }), '(link-local)'],
  [pools({ subnet: 'fe80::/64' }), '(link-local)'],
  [pools({ subnet: 'ff00::/8' }), '(multicast)'],
  [pools({ subnet: '::ffff:192.0.2.0/120' }), '(IPv4-mapped)'],
  [
    pools({ subnet, range: '192.0.2.10' }),
    'spec.addresses.pools[0].range: "192.0.2.10" is not a range; write first-last',
  ],
  [pools({ subnet, range: '192.0.2.9-2001:db8::1' }), 'is not a range'],
  [pools({ subnet, range: '192.0.2.99-192.0.2.10' }), 'ends before it begins; write 192.0.2.10-192.0.2.99'],
  [pools({ subnet, range: '192.0.2.10-192.0.3.9' }), "lies outside the pool's subnet 192.0.2.0/24"],
  [pools({ subnet, range: '2001:db8::1-2001:db8::2' }), "lies outside the pool's subnet"],
  [pools({ subnet, exclude: ['x'] }), 'spec.addresses.pools[0].exclude[0]: "x" is neither an address nor a range'],
  [pools({ subnet, exclude: ['192.0.2.1', '192.0.3.1'] }), 'exclude[1]: "192.0.3.1" lies outside'],
  [pools({ subnet, exclude: ['192.0.2.65/28'] }), 'has host bits set; write 192.0.2.64/28'],
  [pools({ subnet, exclude: ['192.0.2.9-192.0.2.8'] }), 'ends before it begins'],
  [pools({ subnet, gateway: '192.0.2.254/24' }), 'is not an address; write one of the subnet'],
  [pools({ subnet, gateway: '192.0.3.254' }), 'spec.addresses.pools[0].gateway: "192.0.3.254" lies outside'],
  [pools({ subnet, gateway: '2001:db8::1' }), "lies outside the pool's subnet"],
  [pools({ subnet, gateway: '192.0.2.255' }), 'is the broadcast address of 192.0.2.0/24'],
  [pools({ subnet }, { subnet: '192.0.2.128/25' }), 'spec.addresses.pools[1].subnet: "192.0.2.128/25" overlaps'],
  [reserved(['192.0.2.2']), '"192.0.2.2" has no prefix length; add that of the segment, for example 192.0.2.2/24'],
  [reserved(['192.0.2.256/24']), '"192.0.2.256/24" is not an address'],
  [
    reserved(['192.0.2.0/24']),
    'is the network address; write the address of one host in 192.0.2.0/24, such as 192.0.2.1/24',
  ],
  [reserved(['192.0.2.255/24']), 'is the broadcast address'],
  [reserved(['2001:db8::/64']), 'is the subnet-router anycast address'],
  [reserved(['127.0.0.1/8']), '(loopback)'],
  [reserved(['224.0.0.5/24']), '(multicast)'],
  [reserved(['fe80::2/64']), '(link-local)'],
  [reserved(['0.0.0.0/32']), '(unspecified)'],
  [reserved([]), 'spec.addresses.reservations[0].addresses: [] must not be empty'],
  [reserved(['192.0.2.2/24', '192.0.2.3/24']), 'is the second IPv4 address; reserve one of each family'],
  [
    reserved(['2001:db8::2/64'], ['2001:DB8:0::2/48']),
    'spec.addresses.reservations[1].addresses[0]: "2001:DB8:0::2/48" is taken by pod bgp/speaker-0',
  ],
  [
    {
      addresses: {
        pools: [{ subnet, gateway: '192.0.2.254' }],
        reservations: [{ namespace: 'bgp', pod: 'a', addresses: ['192.0.2.254/24'] }],
      },
    },
    'is taken by the gateway, spec.addresses.pools[0].gateway',
  ],
  [
    { mode: 'routed', uplinks: [{ interface: 'e', addresses: ['192.0.2.2/24'] }], ...reserved(['192.0.2.2/24']) },
    'is taken by the node, spec.uplinks[0].addresses',
  ],
  [
    {
      addresses: {
        reservations: [
          { namespace: 'bgp', pod: 'a', addresses: ['192.0.2.2/24'] },
          { namespace: 'bgp', pod: 'a', addresses: ['192.0.2.3/24'] },
        ],
      },
    },
    'reservations[1].pod: "a" has spec.addresses.reservations[0] already',
  ],
  [
    { addresses: { reservations: [{ namespace: 'B', pod: 'a', addresses: ['192.0.2.2/24'] }] } },
    'spec.addresses.reservations[0].namespace: "B" is not the name of a namespace',
  ],
  [
    { addresses: { reservations: [{ namespace: 'b', pod: 'b/a', addresses: ['192.0.2.2/24'] }] } },
    '"b/a" is not the name of a pod',
  ],
];

/** Routes. */
export const badRoutes: [spec: object, line: string][] = [
  [{ routes: [{ to: 'default', via }] }, 'spec.routes[0].to: "default" is not a prefix; write one such as 0.0.0.0/0'],
  [{ routes: [{ to: '198.51.100.7/24', via }] }, 'has host bits set; write 198.51.100.0/24'],
  [{ routes: [{ to: '224.0.0.0/4', via }] }, 'lies in 224.0.0.0/4 (multicast)'],
  [
    { routes: [{ to: '0.0.0.0/0' }] },
    'spec.routes[0].to: "0.0.0.0/0" has no next hop; add `via`, or a `gateway` to an IPv4',
  ],
  [{ routes: [{ to: '::/0' }], ...pools({ subnet, gateway: via }) }, '"::/0" has no next hop'],
  [{ routes: [{ to: '0.0.0.0/0', via: '2001:db8::1' }] }, 'cannot be the next hop to 0.0.0.0/0; write an IPv4 address'],
  [{ routes: [{ to: '0.0.0.0/0', via: '192.0.2.254/24' }] }, 'spec.routes[0].via: "192.0.2.254/24" is not an address'],
  [{ routes: [{ to: '0.0.0.0/0', via: '224.0.0.1' }] }, '(multicast)'],
  [
    {
      mode: 'routed',
      uplinks: [{ interface: 'e', addresses: ['203.0.113.1/24'] }],
      routes: [{ to: '0.0.0.0/0', via }],
    },
    'spec.routes[0].via: "192.0.2.254" is in no network of spec.uplinks[].addresses',
  ],
  [
    {
      routes: [
        { to: '0.0.0.0/0', via },
        { to: '0.0.0.0/0', via },
      ],
    },
    'spec.routes[1].to: "0.0.0.0/0" is that of spec.routes[0]',
  ],
];

/** What CEL has no means for, as docs/kubernetes.md lists it. */
const forStatus = [
  'ends before it begins',
  'is the broadcast address',
  'is taken by pod',
  'is taken by the node',
  // An API server takes null for absent where there is a default.
  'spec.addresses: null must be an object',
];

/** Whether the agent alone refuses a spec, in the VRF's status. */
export const isForStatus = (line: string): boolean => forStatus.some((part) => line.includes(part));
