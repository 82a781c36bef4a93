/** What packets leave behind in the kernels of those that they reach. */
import type { Wrong } from './cells/cell.ts';
import { type NeighbourCell, neighbourCells, poisoned } from './neighbours.ts';
import type { MatrixScene } from './scene.ts';
import { narrowed, type WayCell, wayCells } from './ways.ts';
import type { World } from './world.ts';

/** A cell that is looked at when all packets have been sent. */
export type TraceCell = NeighbourCell | WayCell;

/** Pure. */
export const traceCells = (world: World): TraceCell[] => [...neighbourCells(world), ...wayCells(world)];

/** The cells in which there is a trace of what must not have passed. */
export async function traces(scene: MatrixScene, world: World): Promise<Wrong[]> {
  const found = await Promise.all([poisoned(scene, world), narrowed(scene, world)]);
  return found.flat();
}
