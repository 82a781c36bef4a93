/** Statements about what a customer's router sends. Pure. */
import type { Cell } from '../cells/cell.ts';
import type { Side, World } from '../world.ts';
import { type About, about, carried, filters } from './about.ts';

export function aboutCustomer(cell: Cell, side: Side, world: World): About[] {
  const { target, allowed, why } = cell;
  const from = `from customer-${side.name}`;
  const asNode = `customer-${side.name} and pod → node at `;
  // By an address of the VRF: the node has those of the uplink, and is reached by no other.
  if (why.startsWith('an ICMP error comes from')) return about(side.pod, [asNode, `${from}, node address `]);
  if (target === 'uplink address') return about(side.pod, [asNode]);
  if (target !== 'pod') return about(side.pod, toForbidden(cell, side, world));
  return about(side.pod, allowed === undefined ? deniedToPod(cell, side, world) : carried(`customer-${side.name}`));
}

/** In a routed VRF what is for a pod comes to the node first; nobody there answers for a pod. */
export const firstFilters = ({ combination }: World) => (combination.mode === 'routed' ? [filters.uplink] : []);

function deniedToPod({ packet, why }: Cell, side: Side, world: World): string[] {
  const from = `from customer-${side.name}`;
  const first = why.startsWith('tagged') ? [filters.uplink] : firstFilters(world);
  // Those to all nodes of the link are for the node as well.
  if (packet.startsWith('router advertisement'))
    return [...first, `router advertisements ${from}`, filters.expose, `${from}, the node's loopback`];
  if (packet.includes('claim of')) return [...first, `pod ↔ customer-${side.name} by net1`];
  if (packet === 'ARP request' || packet === 'neighbour solicitation') return first;
  return [...first, filters.expose];
}

function toForbidden({ target, family }: Cell, side: Side, { combination }: World): string[] {
  const from = `from customer-${side.name}`;
  const other = `${from}, customer-${side.name === 'a' ? 'b' : 'a'}`;
  const byNode = {
    'node eth0': `${from}, node address `,
    'node cni0': `${from}, node address `,
    'node loopback': `${from}, the node's loopback`,
    multicast: `${from}, the node's loopback`,
    'routers or broadcast': `${from}, the node's loopback`,
    // In a bridge nobody has a gateway's address.
    gateway: `${from}, the node's loopback`,
    'fabric gateway': `${from}, the node's networks`,
    'ordinary pod': `${from}, the node's networks`,
    'pod eth0': `${from}, the node's networks`,
    "other customer's pod eth0": `${from}, the node's networks`,
    "other customer's pod": other,
    "behind the other customer's router": other,
  }[target];
  if (byNode === undefined) return [];
  // On a segment the pods hear what is flooded: what they may not take, the expose filter keeps from them.
  const heard = combination.mode === 'bridge' || target === 'pod eth0' ? [filters.expose] : [];
  const inPod = { 'pod eth0': [`${from}, pod eth0 ${side.pod.cluster[family]}:`] }[target] ?? [];
  const through = /ordinary|fabric|other customer's pod eth0/.test(target) ? [`${from} through the pod → cluster`] : [];
  return [byNode, ...heard, ...inPod, ...through];
}
