/** Routes and address forms that several places share. */
import { contains, formatPrefix, networkOf, type Prefix, parsePrefix } from '../../common/addresses.ts';
import { type Attachment, lastResortMetric, type NodeVrf } from './desired.ts';
import type { Family, Place, Route } from './kernel-object.ts';
import { linkLocalOf } from './names.ts';

/** The address of a prefix in host form: `192.0.2.2` of `192.0.2.2/24`. */
export function plainAddress(prefix: string): string {
  return prefix.slice(0, prefix.indexOf('/'));
}

/** Of an address, with or without prefix length. */
export function familyOf(prefix: string): Family {
  return prefix.includes(':') ? 6 : 4;
}

/** The prefix of one host: `192.0.2.2/32`. */
export function hostPrefix(prefix: string): string {
  return `${plainAddress(prefix)}/${familyOf(prefix) === 4 ? 32 : 128}`;
}

/**
 * The routes to the addresses' own networks, said explicitly since addresses are added with NOPREFIXROUTE. Of
 * several addresses in one network the first is the source.
 */
export function connectedRoutes(place: Place, table: number, dev: string, addresses: readonly string[]): Route[] {
  const sources = new Map<string, string>();
  for (const address of addresses) {
    const network = formatPrefix(networkOf(parsePrefix(address)));
    if (!sources.has(network)) sources.set(network, plainAddress(address));
  }
  return [...sources].map(([to, src]) => {
    const family = familyOf(to);
    return { object: 'route', in: place, family, table, type: 'unicast', to, dev, ...(family === 4 ? { src } : {}) };
  });
}

/** Routes that end a look-up that misses, so that it never goes on to a default route of another table. */
export function lastResort(place: Place, table: number): Route[] {
  return ([4, 6] as const).map((family) => ({
    object: 'route',
    in: place,
    family,
    table,
    type: 'unreachable',
    to: family === 4 ? '0.0.0.0/0' : '::/0',
    metric: lastResortMetric,
  }));
}

/**
 * An unreachable route to each of the pods' networks: a packet to an address that no pod has would follow a default route
 * back to the router it came from, to and fro. Networks inside one of the uplink's are left out: there are hosts in those.
 */
export function podNetworks(place: Place, table: number, vrf: Pick<NodeVrf, 'podPrefixes' | 'uplink'>): Route[] {
  const onUplink = (vrf.uplink?.addresses ?? []).map((address) => networkOf(parsePrefix(address)));
  const all = new Map(vrf.podPrefixes.map((prefix) => [prefix, networkOf(parsePrefix(prefix))]));
  const covers = (outer: Prefix, inner: Prefix) =>
    outer.length < inner.length && contains(outer, inner.family, inner.address);
  const networks = [...all].filter(([, one]) => ![...all.values(), ...onUplink].some((other) => covers(other, one)));
  return networks.map(([, network]) => ({
    object: 'route',
    in: place,
    family: network.family,
    table,
    type: 'unreachable',
    to: formatPrefix(network),
    metric: lastResortMetric,
  }));
}

/** Link-local addresses belong to pods that speak IPv6 only. */
export function ownLinkLocal({ addresses, mac }: Pick<Attachment, 'addresses' | 'mac'>): string[] {
  return addresses.some((address) => familyOf(address) === 6) ? [linkLocalOf(mac)] : [];
}
