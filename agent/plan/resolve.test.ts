import { describe, expect, test } from '@jest/globals';
import { parseVrf, type Vrf } from '../api/vrf.ts';
import {
  chooseBackend,
  chooseInterfaces,
  choosePodSide,
  chooseUplink,
  needsTable,
  resolveNodeVrf,
  resolveRoutes,
} from './resolve.ts';

const pool4 = { subnet: '192.0.2.0/24', gateway: '192.0.2.254' };
const pool6 = { subnet: '2001:db8::/64' };

function vrf(spec: Record<string, unknown> = {}): Vrf {
  const parsed = parseVrf({
    apiVersion: 'multivrf.dev/v1alpha1',
    kind: 'VRF',
    metadata: { name: 'customer-a' },
    spec: { mode: 'bridge', addresses: { pools: [pool4, pool6] }, ...spec },
  });
  if (!parsed.vrf) throw new Error(JSON.stringify(parsed.problems));
  return parsed.vrf;
}

const withDevices = { labels: {}, vrfDevices: true };
const withoutDevices = { labels: {}, vrfDevices: false };

describe('the uplink', () => {
  const uplinks = [
    { nodeSelector: { rack: 'a', role: 'edge' }, interface: 'eth1' },
    { nodeSelector: { rack: 'b' }, interface: 'eth2', vlan: 100 },
  ];

  test("is the first of which every label is the node's", () => {
    expect(chooseUplink(vrf({ uplinks }), { rack: 'a', role: 'edge', more: 'x' })?.interface).toBe('eth1');
    expect(chooseUplink(vrf({ uplinks }), { rack: 'b', role: 'edge' })).toEqual({
      interface: 'eth2',
      vlan: 100,
      addresses: [],
    });
  });

  test('without a selector serves every node', () => {
    expect(chooseUplink(vrf({ uplinks: [{ interface: 'eth3' }] }), {})?.interface).toBe('eth3');
  });

  test('may be missing altogether, but not for this node alone', () => {
    expect(chooseUplink(vrf(), {})).toBeUndefined();
    expect(() => chooseUplink(vrf({ uplinks }), { rack: 'a' })).toThrow(
      'VRF customer-a has no uplink for this node: its selectors are {"rack":"a","role":"edge"}, {"rack":"b"}',
    );
  });
});

test.each([
  ['auto', 'auto', withDevices, 'device', 'device'],
  ['auto', 'auto', withoutDevices, 'namespace', 'rules'],
  ['namespace', 'rules', withDevices, 'namespace', 'rules'],
  ['device', 'device', withoutDevices, 'device', 'device'],
] as const)('backend %s and pod %s (%j) mean %s and %s', (backend, pod, facts, on, inside) => {
  expect([chooseBackend(vrf({ backend }), facts), choosePodSide(vrf({ pod }), facts)]).toEqual([on, inside]);
});

test('a table is needed where a VRF device routes', () => {
  const modes = ['bridge', 'routed'] as const;
  const backends = ['device', 'namespace'] as const;
  const needing = modes.flatMap((mode) =>
    backends.filter((backend) => needsTable({ mode, backend })).map((backend) => [mode, backend]),
  );
  expect(needing).toEqual([['routed', 'device']]);
});

test('a routed uplink lets through what pods may have: pools, and reserved addresses one by one', () => {
  const reservations = [{ namespace: 'bgp', pod: 'speaker-0', addresses: ['203.0.113.7/24'] }];
  const resolved = resolveNodeVrf(
    vrf({ mode: 'routed', addresses: { pools: [pool4], reservations } }),
    withDevices,
    1001,
  );
  expect(resolved).toMatchObject({ name: 'customer-a', backend: 'device', table: 1001, mtu: 1500 });
  expect(resolved.podPrefixes).toEqual(['192.0.2.0/24', '203.0.113.7/32']);
  expect(resolved).not.toHaveProperty('uplink');
});

test('the node routes to a router on the uplink it has chosen, not to that of another node', () => {
  const uplinks = [
    { nodeSelector: { rack: '1' }, interface: 'eth1', addresses: ['203.0.113.1/24'] },
    { interface: 'eth2', addresses: ['198.51.100.1/24'] },
  ];
  const routes = [
    { to: '10.0.0.0/8', via: '203.0.113.254' },
    { to: '172.16.0.0/12', via: '198.51.100.254' },
    { to: '192.168.0.0/16' },
  ];
  const routed = vrf({ mode: 'routed', uplinks, routes });
  const routesOn = (labels: Record<string, string>) => resolveNodeVrf(routed, { ...withDevices, labels }, 1001).routes;
  expect(routesOn({ rack: '1' })).toEqual([{ to: '10.0.0.0/8', via: '203.0.113.254' }]);
  expect(routesOn({})).toEqual([{ to: '172.16.0.0/12', via: '198.51.100.254' }]);
});

describe('routes', () => {
  const both = ['192.0.2.2/24', '2001:db8::2/64'];
  const gateways = ['192.0.2.254'];

  test("of a segment go to their own next hop, else to the pool's gateway", () => {
    const spec = { routes: [{ to: '0.0.0.0/0' }, { to: '198.51.100.0/24', via: '192.0.2.1' }] };
    expect(resolveRoutes(vrf(spec), {}, both, gateways)).toEqual([
      { to: '0.0.0.0/0', via: '192.0.2.254' },
      { to: '198.51.100.0/24', via: '192.0.2.1' },
    ]);
  });

  test("of the annotation come beside the VRF's, and replace those to the same destination", () => {
    const spec = { routes: [{ to: '0.0.0.0/0' }] };
    const own = [{ to: '0.0.0.0/0', via: '192.0.2.7' }, { to: '10.0.0.0/8' }];
    expect(resolveRoutes(vrf(spec), { routes: own }, both, gateways)).toEqual([
      { to: '0.0.0.0/0', via: '192.0.2.7' },
      { to: '10.0.0.0/8', via: '192.0.2.254' },
    ]);
  });

  test('of a family without an address are left out', () => {
    const own = [{ to: '2001:db8:f::/48' }];
    expect(resolveRoutes(vrf(), { routes: own }, ['192.0.2.2/24'], gateways)).toEqual([]);
  });

  test('without a next hop are refused, with VRF and destination', () => {
    const resolve = () => resolveRoutes(vrf(), { routes: [{ to: '2001:db8:f::/48' }] }, both, gateways);
    expect(resolve).toThrow('VRF customer-a: route 2001:db8:f::/48 has no next hop');
    expect(resolve).toThrow(
      expect.objectContaining({
        code: 7,
        details: 'give the route a "via" in the annotation, or an IPv6 pool of the VRF a gateway',
      }),
    );
  });

  test('in mode routed have the node as next hop, and no other', () => {
    const routed = vrf({ mode: 'routed', routes: [{ to: '0.0.0.0/0' }] });
    expect(resolveRoutes(routed, {}, both, gateways)).toEqual([{ to: '0.0.0.0/0' }]);
    const uplinks = [{ interface: 'eth1', addresses: ['192.0.2.1/24'] }];
    const behindRouter = vrf({ mode: 'routed', uplinks, routes: [{ to: '0.0.0.0/0', via: '192.0.2.254' }] });
    expect(resolveRoutes(behindRouter, {}, both, gateways)).toEqual([{ to: '0.0.0.0/0' }]);
    const own = [{ to: '10.0.0.0/8', via: '192.0.2.7' }];
    expect(() => resolveRoutes(routed, { routes: own }, both, gateways)).toThrow(
      'VRF customer-a: route 10.0.0.0/8 has the next hop 192.0.2.7',
    );
  });
});

test('a pod end has the name asked for, else the first netN that nothing has or will have', () => {
  const requests = [{ vrf: 'a' }, { vrf: 'net3', interface: 'net2' }, { vrf: 'c' }, { vrf: 'd', interface: 'uplink' }];
  expect(chooseInterfaces(requests, new Set(['eth0', 'net1']))).toEqual(['net4', 'net2', 'net5', 'uplink']);
});
