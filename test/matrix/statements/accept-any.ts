/** Statements about the pod that accepts any: what it sends by unbound sockets, and what others send to it. Pure. */
import type { Cell } from '../cells/cell.ts';
import type { World } from '../world.ts';
import { type About, about, carried, filters } from './about.ts';
import { aboutTransit } from './cluster.ts';
import { firstFilters } from './customer.ts';
import { aboutNeighbour, aboutNeighboursEth0, aboutPod } from './pod.ts';

const [itself, eth0, through] = [
  'pod that accepts any',
  'eth0 of the pod that accepts any',
  ', through the pod that accepts any',
];

/** Whether somebody sends to it, or through it. */
export function isToAcceptAny({ target, packet }: Cell): boolean {
  return target.endsWith(itself) || packet.endsWith(eth0);
}

export function aboutAcceptAny(cell: Cell, world: World): About[] {
  const { source, target, packet, allowed } = cell;
  const { peer, sides } = world;
  if (source === sides.a.router.netns) return fromRouter(cell, world);
  if (source === sides.a.pod.net1.netns)
    return target === eth0 ? aboutNeighboursEth0(cell, sides.a.pod, peer) : aboutNeighbour(cell, sides.a.pod, peer);
  if (source !== 'node' && source !== 'ordinary') return [];
  if (packet.endsWith(eth0)) return aboutTransit(peer, target === itself);
  return about(peer, [allowed === undefined ? 'from node and cluster, customer-a' : 'pod ↔ cluster by eth0']);
}

/** What it sends itself. */
export function fromAcceptAny(cell: Cell, { peer, sides: { a } }: World): About[] {
  if (cell.target === 'pod in the same VRF') return aboutNeighbour(cell, peer, a.pod);
  if (cell.target === 'pod eth0') return aboutNeighboursEth0(cell, peer, a.pod);
  // What it sends to the cluster bound to nothing would go the same way.
  if (cell.why.startsWith('a default route of the customer')) return about(peer, ['pod ↔ cluster by eth0']);
  return aboutPod(cell, peer);
}

function fromRouter({ target, family, allowed }: Cell, world: World): About[] {
  const { peer, combination } = world;
  if (target === itself)
    return about(peer, allowed === undefined ? [...firstFilters(world), filters.expose] : carried('customer-a'));
  const from = 'from customer-a';
  const beyond: Record<string, string[]> = {
    [eth0]: [`${from}, the node's networks`, `${from}, pod eth0 ${peer.cluster[family]}:`],
    'ordinary pod': [`${from}, the node's networks`, `${from} through the pod → cluster`],
    'fabric gateway': [`${from}, the node's networks`, `${from} through the pod → cluster`],
    'node eth0': [`${from}, node address `, `${from} through the pod → cluster`],
  };
  const texts = beyond[target.slice(0, -through.length)];
  if (!target.endsWith(through) || texts === undefined) return [];
  return about(peer, [...texts, ...(combination.mode === 'bridge' ? [filters.expose] : [])]);
}
