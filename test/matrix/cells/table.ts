/** The whole table: every cell of a scene. */
import type { World } from '../world.ts';
import { aboutAcceptAny } from './accept-any.ts';
import type { Cell } from './cell.ts';
import { fromCluster } from './cluster.ts';
import { fromCustomer, toPods } from './customer.ts';
import { groupsFromCustomer, groupsFromHostilePod, groupsFromOrdinary } from './groups.ts';
import { fromHostilePod } from './hostile-pod.ts';
import { errorsFromCustomer, errorsFromHostilePod } from './icmp-errors.ts';
import { nodeErrors } from './node-errors.ts';
import { fromPod } from './pod.ts';
import { vlanCells } from './vlan.ts';

export function cellsOf(world: World): Cell[] {
  const { a, b } = world.sides;
  // How customers are told apart changes nothing behind the uplinks.
  if (world.trunk) return [...toPods(world, a), ...toPods(world, b), ...vlanCells(world, world.trunk)];
  return [
    ...fromCustomer(world, a),
    ...fromCustomer(world, b),
    ...fromPod(world),
    ...fromHostilePod(world),
    ...fromCluster(world),
    ...aboutAcceptAny(world),
    ...groupsFromCustomer(world, a),
    ...groupsFromCustomer(world, b),
    ...groupsFromHostilePod(world),
    ...groupsFromOrdinary(world),
    ...errorsFromCustomer(world, a),
    ...errorsFromCustomer(world, b),
    ...errorsFromHostilePod(world),
    ...nodeErrors(world, a),
    ...nodeErrors(world, b),
  ];
}
