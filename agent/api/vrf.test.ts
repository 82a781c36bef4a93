import { describe, expect, test } from '@jest/globals';
import { badAddresses, badFields, badRoutes, pools, reserved, subnet, via, vrf } from './bad-vrfs.testing.ts';
import { parseVrf, vrfSchema } from './vrf.ts';

const problems = (input: unknown) => parseVrf(input).problems?.map(({ field, message }) => `${field}: ${message}`);

test('a VRF that says only its mode gets every default', () => {
  expect(parseVrf(vrf({})).vrf?.spec).toEqual({
    mode: 'bridge',
    backend: 'auto',
    pod: 'auto',
    mtu: 1500,
    uplinks: [],
    addresses: { pools: [], reservations: [] },
    routes: [],
    access: { namespaces: [], serviceAccounts: [] },
    expose: [{ protocol: 'tcp', port: 179 }, { protocol: 'icmp' }],
    accept: 'bound',
  });
});

test('a VRF with every field is accepted', () => {
  const spec = {
    mode: 'routed',
    backend: 'device',
    pod: 'rules',
    table: 1001,
    mtu: 9000,
    uplinks: [
      { nodeSelector: { rack: 'r1' }, interface: 'eth1', vlan: 100, addresses: ['192.0.2.1/24', '2001:db8::1/64'] },
      { interface: 'eth2.7' },
    ],
    addresses: {
      pools: [
        {
          subnet: '192.0.2.0/24',
          range: '192.0.2.10-192.0.2.99',
          exclude: ['192.0.2.11', '192.0.2.20-192.0.2.29', '192.0.2.64/28'],
          gateway: '192.0.2.254',
        },
        { subnet: '2001:db8::/64' },
      ],
      reservations: [{ namespace: 'bgp', pod: 'speaker-0', addresses: ['192.0.2.2/24', '2001:db8::2/64'] }],
    },
    routes: [{ to: '0.0.0.0/0' }, { to: '::/0' }],
    access: { namespaces: ['bgp', '*'], serviceAccounts: ['bgp/speaker'] },
    expose: [{ protocol: 'tcp', port: 179 }, { protocol: 'icmp' }],
  };
  expect(problems(vrf(spec))).toBeUndefined();
});

test('addresses come out in canonical form', () => {
  const { addresses } = parseVrf(vrf(reserved(['2001:DB8:0::2/64']))).vrf!.spec;
  expect(addresses.reservations[0]?.addresses).toEqual(['2001:db8::2/64']);
});

test('metadata that an API server adds is let through', () => {
  expect(vrfSchema.parse({ ...vrf({}), metadata: { name: 'a', uid: '1' } }).metadata).toEqual({ name: 'a' });
});

test('everything wrong with a VRF is reported at once', () => {
  expect(problems(vrf({ mode: 'brdge', mtu: 70000, pools: [] }))).toHaveLength(3);
});

test('an object of another kind is reported as that alone', () => {
  expect(problems({ apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 1 } })).toEqual([
    'apiVersion: "apps/v1" must be "multivrf.dev/v1alpha1"',
    'kind: "Deployment" must be "VRF"',
  ]);
});

describe.each<[name: string, says: string]>([
  ['', '"" is empty; a VRF is named by 1 to 15 of a-z, 0-9 and "-", with "-" neither first nor last'],
  ['sixteen-letters-', 'has 16 characters'],
  ['Customer', '"Customer" is not a valid VRF name'],
  ['-a', 'is not a valid VRF name'],
  ['a-', 'is not a valid VRF name'],
  ['a.b', 'is not a valid VRF name'],
  ['a\n', 'is not a valid VRF name'],
  ['lo', 'is a name the kernel or every pod uses already'],
  ['all', 'is a name the kernel or every pod uses already'],
  ['default', 'is a name the kernel or every pod uses already'],
  ['eth0', 'is a name the kernel or every pod uses already'],
])('the name %j', (name, says) => {
  test(`is refused: ${says}`, () => {
    expect(problems(vrf({}, name))).toEqual([expect.stringContaining(`metadata.name: ${JSON.stringify(name)}`)]);
    expect(problems(vrf({}, name))![0]).toContain(says);
  });
});

test('a name of 15 characters is accepted', () => {
  expect(problems(vrf({}, 'fifteen-letters'))).toBeUndefined();
});

test.each([...badFields, ...badAddresses, ...badRoutes])('%j is refused: %s', (spec, line) => {
  expect(problems(vrf(spec))).toEqual([expect.stringContaining(line)]);
});

test.each<[why: string, spec: object]>([
  ['both addresses of a /31 are hosts', reserved(['192.0.2.0/31'], ['192.0.2.1/31'])],
  [
    'in mode routed a route may name the router on the uplink',
    { mode: 'routed', uplinks: [{ interface: 'e', addresses: ['192.0.2.1/24'] }], routes: [{ to: '0.0.0.0/0', via }] },
  ],
  ['a next hop may be a link-local IPv6 address', { routes: [{ to: '::/0', via: 'fe80::1' }] }],
  [
    'a pool with a gateway gives routes their next hop',
    { routes: [{ to: '0.0.0.0/0' }], ...pools({ subnet, gateway: via }) },
  ],
  [
    'two ranges may share a subnet',
    pools({ subnet, range: '192.0.2.1-192.0.2.9' }, { subnet, range: '192.0.2.10-192.0.2.19' }),
  ],
  ['links may be as small as IPv6 needs them', { mtu: 1280, ...pools({ subnet }) }],
])('%s', (_why, spec) => {
  expect(problems(vrf(spec))).toBeUndefined();
});
