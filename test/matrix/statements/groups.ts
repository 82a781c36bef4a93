/** Statements about what is sent to many. Pure. */
import type { Cell } from '../cells/cell.ts';
import type { World } from '../world.ts';
import { type About, about, filters } from './about.ts';
import { firstFilters } from './customer.ts';

/** Whether a cell's target is a group, or a network's broadcast address. */
export const isToGroup = ({ target }: Cell) => / \([\d.]+\)$| \([\da-f:]+\)$/.test(target);

export function aboutGroup({ source, allowed }: Cell, world: World): About[] {
  const { sides, peer, combination } = world;
  const bridged = combination.mode === 'bridge';
  for (const side of [sides.a, sides.b]) {
    if (source !== side.router.netns) continue;
    const toNode = `from customer-${side.name}, the node's loopback, multicast and broadcast`;
    return about(side.pod, [toNode, ...firstFilters(world), ...(bridged ? [filters.expose] : [])]);
  }
  if (source === 'ordinary') return about(sides.a.pod, ['from cluster, node: as without']);
  if (source !== 'hostile pod') return [];
  // On a segment the other pod would hear it.
  return allowed === undefined
    ? [...about(sides.a.pod, [filters.source, 'pod → node by net1']), ...(bridged ? about(peer, [filters.expose]) : [])]
    : about(sides.a.pod, ['customer-a ↔ pod ']);
}
