/** The whole table: every cell of a scene. */
import type { World } from '../world.ts';
import type { Cell } from './cell.ts';
import { fromCluster } from './cluster.ts';
import { fromCustomer } from './customer.ts';
import { fromHostilePod } from './hostile-pod.ts';
import { fromPod } from './pod.ts';

export function cellsOf(world: World): Cell[] {
  const { a, b } = world.sides;
  return [
    ...fromCustomer(world, a),
    ...fromCustomer(world, b),
    ...fromPod(world),
    ...fromHostilePod(world),
    ...fromCluster(world),
  ];
}
