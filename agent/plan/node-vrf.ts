/** A VRF on the node, before any pod: what holds its uplink and its routes. */
import { type NodeUplink, type NodeVrf, vrfPlace, vrfTable } from './desired.ts';
import { routedUplinkGuard, uplinkGuard } from './filters/uplink-guard.ts';
import type { Family, KernelObject, Place, Rule } from './kernel-object.ts';
import { alias, uplinkDevice } from './names.ts';
import { connectedRoutes, familyOf, lastResort, podNetworks } from './routes.ts';
import { deliveredOn } from './uplink-addresses.ts';

const families: readonly Family[] = [4, 6];

/** Everything of the VRF on the node, in the order in which it is made. */
export function nodeVrf(vrf: NodeVrf): KernelObject[] {
  const place = vrfPlace(vrf);
  const namespace = vrf.backend === 'namespace' ? namespaceOf(vrf, place) : [];
  const master = vrf.mode === 'bridge' ? bridge(vrf, place) : routing(vrf, place);
  return [...namespace, ...master, ...(vrf.uplink ? uplink(vrf, vrf.uplink, place) : [])];
}

function namespaceOf(vrf: NodeVrf, place: Place): KernelObject[] {
  const sysctls: [string, string][] =
    vrf.mode === 'bridge'
      ? [
          // A bridge needs no IPv6 of its own; without it nothing in here can answer.
          ['net/ipv6/conf/all/disable_ipv6', '1'],
          ['net/ipv6/conf/default/disable_ipv6', '1'],
        ]
      : [
          ['net/ipv4/ip_forward', '1'],
          ['net/ipv6/conf/all/forwarding', '1'],
        ];
  return [
    { object: 'namespace', in: place, name: vrf.name, alias: alias({ vrf: vrf.name }) },
    ...sysctls.map(([path, value]): KernelObject => ({ object: 'sysctl', in: place, path, value })),
  ];
}

/**
 * A bridge that is only a segment: no address, not enslaved, and nothing passes between it and the
 * node's own stack. Snooping and the forwarding delay would hold back the first seconds of a session.
 */
function bridge({ name }: NodeVrf, place: Place): KernelObject[] {
  return [
    { object: 'link', in: place, name, kind: 'bridge' },
    {
      object: 'link-settings',
      in: place,
      dev: name,
      alias: alias({ vrf: name }),
      addrGenMode: 'none',
      bridge: { multicastSnooping: false, forwardDelay: 0 },
    },
    { object: 'filter', in: place, dev: name, direction: 'ingress' },
    { object: 'filter', in: place, dev: name, direction: 'egress' },
    { object: 'link-settings', in: place, dev: name, up: true },
  ];
}

function routing(vrf: NodeVrf, place: Place): KernelObject[] {
  const table = vrfTable(vrf);
  const misses = [...lastResort(place, table), ...podNetworks(place, table, vrf)];
  if (vrf.backend === 'namespace') return misses;
  const { name } = vrf;
  return [
    { object: 'link', in: place, name, kind: 'vrf', table },
    // Forwarding between slaves is decided by the VRF device's own setting.
    { object: 'link-settings', in: place, dev: name, alias: alias({ vrf: name }), ipv4: { forwarding: 1 } },
    ...misses,
    ...families.flatMap((family) => isolationRules(family, place, name, table)),
    { object: 'link-settings', in: place, dev: name, up: true },
  ];
}

/**
 * Rule 0 looks up table `local` before any VRF rule, so that the node's own addresses would answer from
 * inside the VRF. These come before it; the `oif` pair is for addresses that the node has as well.
 */
function isolationRules(family: Family, place: Place, name: string, table: number): KernelObject[] {
  const rule = (selector: Pick<Rule, 'iif' | 'oif'>, action: 'lookup' | 'unreachable'): Rule => ({
    object: 'rule',
    in: place,
    family,
    priority: 0,
    action,
    ...(action === 'lookup' ? { table } : {}),
    ...selector,
  });
  return [
    rule({ iif: name }, 'lookup'),
    rule({ iif: name }, 'unreachable'),
    rule({ oif: name }, 'lookup'),
    rule({ oif: name }, 'unreachable'),
    { object: 'local-rule', in: place, family, priority: 0, last: true },
  ];
}

function uplink(vrf: NodeVrf, { interface: parent, vlan, addresses }: NodeUplink, place: Place): KernelObject[] {
  const dev = uplinkDevice(parent, vlan);
  const exists: KernelObject[] =
    vlan !== undefined
      ? [
          { object: 'link', in: place, name: dev, kind: 'vlan', parent, parentIn: 'node', id: vlan },
          { object: 'link-settings', in: place, dev, alias: alias({ vrf: vrf.name }) },
        ]
      : place !== 'node'
        ? [{ object: 'moved-link', in: place, name: dev, from: 'node' }]
        : [];
  return [
    ...exists,
    ...(vrf.mode === 'bridge' ? bridgeUplink(vrf, dev, place) : routedUplink(vrf, dev, addresses, place)),
  ];
}

function bridgeUplink({ name }: NodeVrf, dev: string, place: Place): KernelObject[] {
  return [
    { object: 'link-settings', in: place, dev, addrGenMode: 'none' },
    { object: 'filter', in: place, dev, direction: 'ingress', allow: uplinkGuard() },
    { object: 'link-settings', in: place, dev, master: name },
    { object: 'link-settings', in: place, dev, up: true },
  ];
}

function routedUplink(vrf: NodeVrf, dev: string, addresses: readonly string[], place: Place): KernelObject[] {
  const table = vrfTable(vrf);
  return [
    // Loose, since the customer may be multihomed; arp_ignore so that only the uplink's own addresses are
    // answered for, not the gateway on the host ends.
    { object: 'link-settings', in: place, dev, ipv4: { forwarding: 1, rpFilter: 2, arpIgnore: 1 } },
    {
      object: 'filter',
      in: place,
      dev,
      direction: 'ingress',
      allow: routedUplinkGuard({ own: deliveredOn(addresses), pods: vrf.podPrefixes }),
    },
    ...(vrf.backend === 'device' ? [{ object: 'link-settings', in: place, dev, master: vrf.name } as const] : []),
    { object: 'link-settings', in: place, dev, up: true },
    ...addresses.map((address): KernelObject => ({ object: 'address', in: place, dev, address, scope: 'global' })),
    ...connectedRoutes(place, table, dev, addresses),
    ...vrf.routes.map(
      ({ to, via }): KernelObject => ({
        object: 'route',
        in: place,
        family: familyOf(to),
        table,
        type: 'unicast',
        to,
        via,
        dev,
      }),
    ),
  ];
}
