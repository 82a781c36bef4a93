import { expect, test } from '@jest/globals';
import { formatAddress, parseAddress } from '../../common/addresses.ts';
import { CniCode } from '../../common/errors.ts';
import type { AddressedVrf } from './address-plan.ts';
import { PoolExhausted } from './automatic.ts';
import { Ipam } from './ipam.ts';
import type { Owner } from './table.ts';

type Addresses = NonNullable<AddressedVrf['spec']['addresses']>;

function vrf(
  addresses: Addresses,
  { name = 'customer-a', mode = 'bridge' as AddressedVrf['spec']['mode'] } = {},
): AddressedVrf {
  return { metadata: { name }, spec: { mode, addresses, uplinks: [{ addresses: ['192.0.2.1/24'] }] } };
}

function pod(name: string, containerId = `c-${name}`): Owner {
  return { namespace: 'bgp', pod: name, containerId, interface: 'net1' };
}

const bare = (containerId: string): Owner => ({ namespace: '', pod: '', containerId, interface: 'net1' });
const addressesOf = (allocations: { address: string }[]) => allocations.map(({ address }) => address);

const poolV4 = { subnet: '192.0.2.0/24', range: '192.0.2.10-192.0.2.12', gateway: '192.0.2.254' };
const poolV6 = { subnet: '2001:db8::/64' };
const customer = vrf({
  pools: [{ ...poolV4, exclude: ['192.0.2.64/26'] }],
  reservations: [{ namespace: 'bgp', pod: 'speaker-0', addresses: ['192.0.2.2/24', '198.51.100.9/32'] }],
});

test('a static address is given as asked for, with the gateway of its pool', () => {
  const allocations = new Ipam().claim(customer, pod('a'), ['192.0.2.200/24']);
  expect(allocations).toEqual([{ vrf: 'customer-a', address: '192.0.2.200/24', gateway: '192.0.2.254' }]);
});

test('the same address is given once in each VRF', () => {
  const ipam = new Ipam();
  const other = vrf({ pools: [poolV4] }, { name: 'customer-b' });
  ipam.claim(customer, pod('a'), ['192.0.2.10/24']);
  expect(ipam.claim(other, pod('b'), ['192.0.2.10/24'])).toHaveLength(1);
  expect(ipam.holder('customer-a', '192.0.2.10')).toEqual(pod('a'));
  expect(ipam.holder('customer-b', '192.0.2.10/24')).toEqual(pod('b'));
});

test.each([
  ['192.0.2.300/24', CniCode.invalidConfig, 'address for VRF customer-a: 192.0.2.300: not an IPv4 or IPv6 address'],
  ['192.0.2.9', CniCode.invalidConfig, '192.0.2.9: the prefix length is missing'],
  ['192.0.2.9/25', CniCode.invalidConfig, 'has prefix length 25, its pool 192.0.2.0/24 (192.0.2.10-192.0.2.12) has 24'],
  ['192.0.2.9/32', CniCode.invalidConfig, 'has prefix length 32'],
  ['192.0.2.0/24', CniCode.invalidConfig, "cannot be a host's"],
  ['192.0.2.255/24', CniCode.invalidConfig, "cannot be a host's"],
  ['203.0.113.9/24', CniCode.refused, 'address 203.0.113.9/24 in VRF customer-a lies in no pool'],
  ['192.0.2.254/24', CniCode.refused, 'is the gateway of pool 192.0.2.0/24'],
  ['192.0.2.1/24', CniCode.refused, "is a node's own address"],
  ['192.0.2.100/24', CniCode.refused, 'is excluded'],
  ['192.0.2.2/24', CniCode.refused, 'is reserved for bgp/speaker-0'],
])('a static address %s is an error %i: %s', (address, code, message) => {
  const ipam = new Ipam();
  const claim = () => ipam.claim(customer, pod('a'), ['192.0.2.11/24', address]);
  expect(claim).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  expect(ipam.list()).toEqual([]);
});

test('an address of this node is refused, whether the VRF names it or not', () => {
  const claim = () => new Ipam().claim(customer, pod('a'), ['192.0.2.50/24'], ['192.0.2.50/24']);
  expect(claim).toThrow("is a node's own address on the uplink");
  expect(new Ipam().claim(customer, pod('a'), ['192.0.2.50/24'])).toHaveLength(1);
});

test('a static address in no pool is answered with the list of pools', () => {
  const dual = vrf({ pools: [poolV4, poolV6] });
  const details = 'the pools are 192.0.2.0/24 (192.0.2.10-192.0.2.12), 2001:db8::/64';
  expect(() => new Ipam().claim(dual, pod('a'), ['2001:db8:1::1/64'])).toThrow(expect.objectContaining({ details }));
});

test('where pools are nested, the prefix length says which one is meant', () => {
  const wide = { subnet: '10.0.0.0/8', gateway: '10.0.0.1' };
  const nested = vrf({ pools: [wide, { subnet: '10.1.0.0/16', gateway: '10.1.0.1' }] });
  const gateways = new Ipam().claim(nested, pod('a'), ['10.1.0.5/16', '10.1.0.6/8']).map(({ gateway }) => gateway);
  expect(gateways).toEqual(['10.1.0.1', '10.0.0.1']);
});

test('an address named twice is an error', () => {
  const wanted = ['2001:db8::5/64', '2001:DB8:0::5/64'];
  expect(() => new Ipam().claim(vrf({ pools: [poolV6] }), pod('a'), wanted)).toThrow(
    '2001:db8::5/64 in VRF customer-a is named twice',
  );
});

test('a host route is accepted in routed mode only', () => {
  const routed = vrf({ pools: [poolV4, poolV6] }, { mode: 'routed' });
  const wanted = ['192.0.2.200/32', '2001:db8::5/128'];
  expect(addressesOf(new Ipam().claim(routed, pod('a'), wanted))).toEqual(wanted);
  expect(() => new Ipam().claim(routed, pod('a'), ['192.0.2.255/32'])).toThrow("cannot be a host's");
  expect(() => new Ipam().claim(vrf({ pools: [poolV6] }), pod('a'), ['2001:db8::5/128'])).toThrow(
    expect.objectContaining({ details: 'write 2001:db8::5/64' }),
  );
});

test('a taken address names its holder', () => {
  const ipam = new Ipam();
  ipam.claim(customer, pod('a'), ['192.0.2.20/24']);
  ipam.claim(customer, bare('c9'), ['192.0.2.21/24']);
  const refused = (holder: string) =>
    expect.objectContaining({
      code: CniCode.refused,
      message: expect.stringContaining(`is taken by ${holder} (interface net1)`),
    });
  expect(() => ipam.claim(customer, pod('b'), ['192.0.2.20/24'])).toThrow(refused('bgp/a'));
  expect(() => ipam.claim(customer, bare('c8'), ['192.0.2.21/24'])).toThrow(refused('container c9'));
});

test('an address that another interface of the same container holds does not become free by waiting', () => {
  const ipam = new Ipam();
  ipam.claim(customer, pod('a'), ['192.0.2.20/24']);
  const claim = () => ipam.claim(customer, { ...pod('a'), interface: 'net2' }, ['192.0.2.20/24']);
  expect(claim).toThrow(expect.objectContaining({ code: CniCode.refused }));
});

test("a pod's new sandbox waits for the old one to give up the address", () => {
  const ipam = new Ipam();
  ipam.claim(customer, pod('speaker-0', 'old'));
  const again = () => ipam.claim(customer, pod('speaker-0', 'new'));
  expect(again).toThrow(
    expect.objectContaining({ code: CniCode.tryAgainLater, message: expect.stringContaining('container old') }),
  );
  ipam.release(pod('speaker-0', 'old'));
  expect(addressesOf(again())).toContain('192.0.2.2/24');
});

test('a reservation gives exactly its addresses, in a pool or not', () => {
  expect(new Ipam().claim(customer, pod('speaker-0'))).toEqual([
    { vrf: 'customer-a', address: '192.0.2.2/24', gateway: '192.0.2.254' },
    { vrf: 'customer-a', address: '198.51.100.9/32' },
  ]);
});

test('a pod may name its reserved address itself', () => {
  expect(addressesOf(new Ipam().claim(customer, pod('speaker-0'), ['198.51.100.9/32']))).toEqual(['198.51.100.9/32']);
});

test('a reservation of what is no host address, a gateway or an address of a node is refused', () => {
  const reserve = (address: string) =>
    vrf({ pools: [poolV4], reservations: [{ namespace: 'bgp', pod: 'a', addresses: [address] }] });
  expect(() => new Ipam().claim(reserve('198.51.100.0/24'), pod('a'))).toThrow("cannot be a host's");
  expect(() => new Ipam().claim(reserve('192.0.2.254/24'), pod('a'))).toThrow('is the gateway of pool');
  expect(() => new Ipam().claim(reserve('192.0.2.1/24'), pod('a'))).toThrow("is a node's own address");
});

test('a pod without a wish gets one address of each family', () => {
  const allocations = new Ipam().claim(vrf({ pools: [poolV6, poolV4, { subnet: '198.51.100.0/24' }] }), pod('a'));
  expect(addressesOf(allocations)).toEqual([
    expect.stringMatching(/^2001:db8::.*\/64$/),
    expect.stringMatching(/^192\.0\.2\.1[012]\/24$/),
  ]);
});

test('the second pool is used when the first is full', () => {
  const ipam = new Ipam();
  const two = vrf({ pools: [{ subnet: '10.0.0.0/31' }, { subnet: '10.0.1.0/31' }] });
  const given = ['a', 'b', 'c'].flatMap((name) => addressesOf(ipam.claim(two, pod(name))));
  expect(given.toSorted()).toEqual(['10.0.0.0/31', '10.0.0.1/31', expect.stringMatching(/^10\.0\.1\.[01]\/31$/)]);
});

test('a pod name finds its address again, on another node too', () => {
  const big = vrf({ pools: [{ subnet: '10.0.0.0/16' }, poolV6] });
  const [here, there] = [new Ipam(), new Ipam()];
  const first = here.claim(big, pod('speaker-0', 'old'));
  expect(there.claim(big, pod('speaker-0', 'new'))).toEqual(first);
  expect(there.claim(big, pod('speaker-1'))).not.toEqual(first);
});

test('outside Kubernetes addresses are given from the lowest on', () => {
  const ipam = new Ipam();
  const given = ['c1', 'c2'].flatMap((id) => addressesOf(ipam.claim(vrf({ pools: [poolV4] }), bare(id))));
  expect(given).toEqual(['192.0.2.10/24', '192.0.2.11/24']);
});

test('gateways, exclusions, reservations and addresses of nodes are stepped over', () => {
  const full = vrf({
    pools: [
      { subnet: '192.0.2.0/28', gateway: '192.0.2.2', exclude: ['192.0.2.3', '192.0.2.4-192.0.2.6', '192.0.2.8/30'] },
    ],
    reservations: [{ namespace: 'bgp', pod: 'x', addresses: ['192.0.2.7/28'] }],
  });
  const ipam = new Ipam();
  const given = ['a', 'b'].flatMap((name) => addressesOf(ipam.claim(full, pod(name), undefined, ['192.0.2.13'])));
  expect(given.toSorted()).toEqual(['192.0.2.12/28', '192.0.2.14/28']);
  expect(() => ipam.claim(full, pod('c'), undefined, ['192.0.2.13'])).toThrow('2 of 2 in use');
});

test('an exhausted pool says how many are in use and leaves nothing behind', () => {
  const ipam = new Ipam();
  const dual = vrf({ pools: [poolV6, poolV4] });
  for (const name of ['a', 'b', 'c']) ipam.claim(dual, pod(name));
  const before = ipam.list();
  const message = 'VRF customer-a has no free IPv4 address (192.0.2.0/24 (192.0.2.10-192.0.2.12): 3 of 3 in use)';
  expect(() => ipam.claim(dual, pod('d'))).toThrow(expect.objectContaining({ code: CniCode.refused, message }));
  expect(ipam.list()).toEqual(before);
});

test('a full /16 is told as such', () => {
  const ipam = new Ipam();
  const big = vrf({ pools: [{ subnet: '10.0.0.0/16' }] });
  const all = Array.from({ length: 65534 }, (_, i) => `10.0.${(i + 1) >> 8}.${(i + 1) & 255}/16`);
  ipam.restore('customer-a', pod('a'), all);
  expect(() => ipam.claim(big, pod('b'))).toThrow('65534 of 65534 in use');
});

test('the same owner asking again gets what it holds, a full pool included', () => {
  const ipam = new Ipam();
  const small = vrf({ pools: [{ ...poolV4, range: '192.0.2.10-192.0.2.10' }] });
  const first = ipam.claim(small, pod('a'));
  expect(ipam.claim(small, pod('a'))).toEqual(first);
  expect(ipam.claim(small, pod('a'), ['192.0.2.10/24'])).toEqual(first);
  expect(() => ipam.claim(small, pod('a'), ['192.0.2.11/24'])).toThrow('holds 192.0.2.10/24 already');
});

test('an owner may hold addresses in several VRFs and gives them all back at once', () => {
  const ipam = new Ipam();
  const other = vrf({ pools: [{ subnet: '198.51.100.0/31' }] }, { name: 'customer-b' });
  const first = ipam.claim(customer, pod('a'), ['192.0.2.20/24', '192.0.2.19/24']);
  expect(ipam.claim(other, pod('a'))[0]?.address).toMatch(/^198\.51\.100\./);
  expect(ipam.claim(customer, pod('a'), ['192.0.2.19/24', '192.0.2.20/24'])).toEqual(first);
  ipam.release(pod('a'));
  expect(ipam.list()).toEqual([]);
});

test('a VRF that has nothing to give says so', () => {
  const message =
    'VRF customer-a has no address to give: it has no pools, no reservation for bgp/a, and the attachment names no address';
  expect(() => new Ipam().claim(vrf({}), pod('a'))).toThrow(
    expect.objectContaining({ code: CniCode.refused, message }),
  );
});

test('a quarantined address is for nobody until the interface is gone', () => {
  const ipam = new Ipam();
  const small = vrf({ pools: [{ ...poolV4, range: '192.0.2.10-192.0.2.10' }] });
  ipam.claim(small, pod('a'));
  const deleted = ipam.quarantine(pod('a'));
  ipam.release(pod('a'));
  const later = expect.objectContaining({ code: CniCode.tryAgainLater });
  expect(() => ipam.claim(small, pod('a'), ['192.0.2.10/24'])).toThrow(later);
  expect(() => ipam.claim(small, pod('b'))).toThrow(later);
  expect(ipam.holder('customer-a', '192.0.2.10')).toBeUndefined();
  deleted();
  ipam.claim(small, pod('b'));
  deleted();
  expect(ipam.holder('customer-a', '192.0.2.10')).toEqual(pod('b'));
});

test('what is restored is held, whatever the VRF says today', () => {
  const ipam = new Ipam();
  ipam.restore('customer-a', pod('a'), ['203.0.113.5/24', '192.0.2.10/24']);
  ipam.restore('customer-a', pod('a'), ['203.0.113.5/24']);
  expect(addressesOf(ipam.claim(customer, pod('a')))).toEqual(['203.0.113.5/24', '192.0.2.10/24']);
  expect(() => ipam.restore('customer-a', pod('b'), ['192.0.2.20/24', '192.0.2.10/24'])).toThrow('is held by bgp/a');
  expect(ipam.list()).toHaveLength(2);
});

test('a VRF with a broken pool is an error that names the key', () => {
  const claim = (pool: { subnet: string; range?: string }) => () => new Ipam().claim(vrf({ pools: [pool] }), pod('a'));
  expect(claim({ subnet: '192.0.2.0' })).toThrow(
    'VRF customer-a: spec.addresses.pools[0].subnet: 192.0.2.0: the prefix length',
  );
  expect(claim({ subnet: '192.0.2.0/24', range: '10.0.0.1-10.0.0.9' })).toThrow(
    "does not lie in the pool's subnet 192.0.2.0/24",
  );
  expect(claim({ subnet: '192.0.2.0/24', range: '192.0.2.0' })).toThrow('192.0.2.0 holds no host address');
});

const elsewhere = (own: string[], taken: string[]) => ({
  own: own.map(parseAddress),
  isTaken: (family: 4 | 6, address: bigint) => taken.includes(formatAddress(family, address)),
});

test('what other nodes have given out is not chosen, and a pool that they have used up is exhausted', () => {
  const claim = (...taken: string[]) => new Ipam().claim(customer, pod('a'), [], [], elsewhere([], taken));
  expect(addressesOf(claim('192.0.2.10', '192.0.2.12'))).toEqual(['192.0.2.11/24']);
  expect(() => claim('192.0.2.10', '192.0.2.11', '192.0.2.12')).toThrow(PoolExhausted);
});

test('an address that is the pod’s in the cluster comes before any other, as long as the VRF gives it out', () => {
  const claim = (...own: string[]) => addressesOf(new Ipam().claim(customer, pod('a'), [], [], elsewhere(own, [])));
  expect(claim('192.0.2.11')).toEqual(['192.0.2.11/24']);
  expect(claim('192.0.2.200')).toEqual(['192.0.2.200/24']);
  for (const other of ['192.0.2.2', '192.0.2.100', '192.0.2.254', '203.0.113.1'])
    expect(claim(other, '192.0.2.12')).toEqual(['192.0.2.12/24']);
});

test('an address that is the pod’s is waited for while its earlier container has it', () => {
  const ipam = new Ipam();
  ipam.claim(customer, pod('a', 'c-1'), ['192.0.2.11/24']);
  const claim = () => ipam.claim(customer, pod('a', 'c-2'), [], [], elsewhere(['192.0.2.11'], []));
  expect(claim).toThrow(expect.objectContaining({ code: CniCode.tryAgainLater }));
});

test('addresses are handed from one owner to another', () => {
  const ipam = new Ipam();
  const [early, late] = [{ ...pod('a'), interface: 'to be chosen' }, pod('a')];
  const given = ipam.claim(customer, early);
  ipam.transfer(early, late);
  ipam.release(early);
  expect(ipam.claim(customer, late)).toEqual(given);
  expect(ipam.list()).toEqual([{ vrf: 'customer-a', address: given[0]!.address, owner: late, quarantined: false }]);
});
