/** `accept: any`: programs that bind their sockets to nothing reach the customer, and are reached. */
import { parsePrefix } from '../../common/addresses.ts';
import { type Attachment, gateway4 } from './desired.ts';
import type { Route, Rule } from './kernel-object.ts';
import { familyOf, hostPrefix } from './routes.ts';

/** Behind table `local`, so that the pod's own addresses stay its own, and before table main. */
const priority = 30;

/**
 * Rules by which what an unbound socket of the pod sends to the customer's networks is looked up in the VRF's `table`, as far
 * as `routes` lead there. A default route does not count: DNS, services and answers to the kubelet would go to the customer.
 */
export function unboundRules({ accept }: Attachment, table: number, routes: readonly Route[]): Rule[] {
  if (accept !== 'any') return [];
  const networks = new Map(routes.filter(isNetwork).map((route) => [route.to, route]));
  return [...networks.values()].map(({ family, to }) => ({
    object: 'rule',
    in: 'pod',
    family,
    priority,
    action: 'lookup',
    table,
    // What the pod itself sends, and not what comes in from the cluster.
    iif: 'lo',
    to,
  }));
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
