/** `accept: any`: programs that bind their sockets to nothing reach the customer, and are reached. */
import { contains, formatPrefix, networkOf, type Prefix, parsePrefix } from '../../common/addresses.ts';
import { type Attachment, gateway4 } from './desired.ts';
import type { Route, Rule } from './kernel-object.ts';
import { familyOf, hostPrefix } from './routes.ts';

/** Behind table `local`, so that the pod's own addresses stay its own, and before table main. */
const priority = 30;

/**
 * Rules by which what an unbound socket of the pod sends to the customer's networks is looked up in the VRF's `table`: those
 * that `routes` name, and those of pods and uplink that they lead to. A default route is none: DNS, services and answers to the
 * kubelet would go to the customer.
 */
export function unboundRules(
  attachment: Attachment,
  table: number,
  routes: readonly Route[],
): (Rule & { to: string })[] {
  if (attachment.accept !== 'any') return [];
  const networks = new Set([...routes.filter(isNetwork).map(({ to }) => to), ...ownNetworks(attachment, routes)]);
  return [...networks].map((to) => ({
    object: 'rule',
    in: 'pod',
    family: familyOf(to),
    priority,
    action: 'lookup',
    table,
    // What the pod itself sends, and not what comes in from the cluster.
    iif: 'lo',
    to,
  }));
}

/** Those that pods have addresses of and, where the node routes, the uplink's: even a default route leads there. */
function ownNetworks({ vrf }: Attachment, routes: readonly Route[]): string[] {
  const ways = routes.filter(({ type }) => type === 'unicast').map(({ to }) => parsePrefix(to));
  const networks = [...vrf.podPrefixes, ...(vrf.uplink?.addresses ?? [])].map((prefix) =>
    networkOf(parsePrefix(prefix)),
  );
  const isIn = (inner: Prefix, outer: Prefix) =>
    outer.length <= inner.length && contains(outer, inner.family, inner.address);
  return networks
    .filter((one) => ways.some((way) => isIn(one, way)))
    .filter((one) => !networks.some((other) => other.length < one.length && isIn(one, other)))
    .map(formatPrefix);
}

/**
 * Beside a VRF device: what bears one of the pod's addresses in the VRF is looked up there, whatever socket it is of. The kernel
 * looks so for the route whose MTU an ICMP error narrows, and would find one of table main.
 */
export function ownSourceRules({ accept, addresses }: Attachment, table: number): Rule[] {
  if (accept !== 'any') return [];
  return addresses.map(hostPrefix).map((from) => ({
    object: 'rule',
    in: 'pod',
    family: familyOf(from),
    priority,
    action: 'lookup',
    table,
    iif: 'lo',
    from,
  }));
}

function isNetwork({ type, to }: Route): boolean {
  return type === 'unicast' && parsePrefix(to).length > 0 && to !== `${gateway4}/32`;
}
