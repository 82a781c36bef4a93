/** Addresses to ask with, where any of a network would do. */
import { formatAddress, networkOf, parsePrefix } from '../../../common/addresses.ts';
import type { Attachment, NodeVrf } from '../desired.ts';
import type { Family } from '../kernel-object.ts';
import { familyOf, plainAddress } from '../routes.ts';
import type { Scene } from './statement.ts';

/** Somebody else's address in the network of `prefix`, none of `taken`; undefined in one of a single host. */
export function neighbourIn(prefix: string, taken: readonly string[] = []): string | undefined {
  const { family, length, address } = parsePrefix(prefix);
  const { address: network } = networkOf({ family, length, address });
  const hosts = 1n << BigInt((family === 4 ? 32 : 128) - length);
  // Neither the network's own address (of IPv6: anycast) nor the broadcast address.
  for (let i = hosts > 2n ? 1n : 0n; i < hosts && i < 4n + BigInt(taken.length); i++) {
    const candidate = formatAddress(family, network + i);
    if (network + i !== address && !taken.includes(candidate)) return candidate;
  }
  return undefined;
}

/** Documentation prefixes (RFC 5737, RFC 3849): whoever has a default route can come from there. */
const anybody: Record<Family, string> = { 4: '203.0.113.250', 6: '2001:db8:ffff::250' };

/** Benchmark and documentation prefixes (RFC 2544, RFC 3849): what is in no network is by the default route. */
const elsewhere = ['198.18.0.1', '2001:db8:fffe::1'];

/** Of so many networks one host each is asked for. */
const mostNetworks = 16;

/** One host of each network of the node's main table that is not the node itself, and one beyond its default routes. */
export function clusterSamples({
  nodeNetworks,
  nodeAddresses,
}: Pick<Scene, 'nodeNetworks' | 'nodeAddresses'>): string[] {
  const hosts = nodeNetworks.slice(0, mostNetworks).flatMap(({ to }) => neighbourIn(to, nodeAddresses) ?? []);
  return [...new Set([...hosts, ...elsewhere])];
}

/** An address of the customer's, as packets from its network towards the pod have it as their source. */
export function customerAddress({ addresses, routes }: Attachment, vrf: NodeVrf, family: Family): string {
  const nextHops = [...routes, ...vrf.routes].flatMap(({ via }) => via ?? []);
  const router = nextHops.find((via) => familyOf(via) === family && !via.startsWith('fe80:'));
  if (router !== undefined) return router;
  const networks = vrf.mode === 'bridge' ? addresses : (vrf.uplink?.addresses ?? []);
  const taken = networks.map(plainAddress);
  const onLink = networks.filter((prefix) => familyOf(prefix) === family).map((prefix) => neighbourIn(prefix, taken));
  return onLink.find((address) => address !== undefined) ?? routeTarget(routes, family) ?? anybody[family];
}

/** An address to which the pod sends by the attachment's interface; undefined when there is no network that it has a route to. */
export function destinationOf({ vrf, addresses, routes }: Attachment, family: Family): string | undefined {
  const onLink = vrf.mode === 'bridge' ? addresses : [];
  const host = onLink.flatMap((prefix) =>
    familyOf(prefix) === family ? (neighbourIn(prefix, addresses.map(plainAddress)) ?? []) : [],
  )[0];
  if (host !== undefined) return host;
  const hasDefault = routes.some(({ to }) => familyOf(to) === family && to.endsWith('/0'));
  return routeTarget(routes, family) ?? (hasDefault ? anybody[family] : undefined);
}

function routeTarget(routes: readonly { to: string }[], family: Family): string | undefined {
  const to = routes.find((route) => familyOf(route.to) === family && !route.to.endsWith('/0'))?.to;
  return to === undefined ? undefined : (neighbourIn(to) ?? plainAddress(to));
}

/** The families an attachment has addresses of. */
export function familiesOf({ addresses }: Attachment): Family[] {
  return ([4, 6] as const).filter((family) => addresses.some((address) => familyOf(address) === family));
}
