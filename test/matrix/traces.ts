/** What packets leave behind in the kernels of those that they reach. */
import type { Netns } from '../support/netns.ts';
import type { Wrong } from './cells/cell.ts';
import { type NeighbourCell, neighbourCells, poisoned } from './neighbours.ts';
import type { MatrixScene } from './scene.ts';
import { type Learned, learned } from './tables.ts';
import { narrowed, type WayCell, wayCells } from './ways.ts';
import type { World } from './world.ts';

/** A cell that is looked at when all packets have been sent. */
export type TraceCell = NeighbourCell | WayCell;

/** Pure. */
export const traceCells = (world: World): TraceCell[] => [...neighbourCells(world), ...wayCells(world)];

/** The cells in which there is a trace of what must not have passed. */
export async function traces(scene: MatrixScene, world: World): Promise<Wrong[]> {
  const place = scene.place('a');
  const whereOf = ({ trace, netns }: TraceCell): Netns =>
    netns === 'node' && trace === 'neighbours' ? place : scene.namespaces.get(netns)!;
  const cells = traceCells(world);
  const everywhere = new Set(cells.map(whereOf));
  const pairs = await Promise.all([...everywhere].map(async (where) => [where, await learned(where)] as const));
  const known = new Map<Netns, Learned[]>(pairs);
  return cells.flatMap((cell) => {
    const where = whereOf(cell);
    const of = known.get(where) ?? [];
    // On a node that holds both VRFs the routers' addresses are there twice.
    return cell.trace === 'way' ? narrowed(cell, of) : poisoned(cell, of, world, where === scene.node);
  });
}
