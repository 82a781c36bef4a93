/** How the cluster is reached, after all the ICMP errors that were sent: nobody's way there has become narrower. */
import type { Wrong } from './cells/cell.ts';
import { families } from './cells/common.ts';
import type { MatrixScene } from './scene.ts';
import type { Family } from './sockets.ts';
import { fabric, type World } from './world.ts';

/** Of one namespace's main table, one family is one cell. */
export interface WayCell {
  trace: 'way';
  name: string;
  /** Name of the namespace. */
  netns: string;
  family: Family;
}

interface Way {
  metrics?: { mtu?: number }[];
}

/** Pure. */
export function wayCells({ sides: { a, b }, peer }: World): WayCell[] {
  const names = ['node', a.pod.net1.netns, peer.net1.netns, b.pod.net1.netns];
  return names.flatMap((netns) =>
    families.map((family): WayCell => ({ trace: 'way', name: `way of ${netns} to ${fabric[family]}`, netns, family })),
  );
}

/** The cells in which an error has left an MTU. */
export async function narrowed({ namespaces }: MatrixScene, world: World): Promise<Wrong[]> {
  const wrong = await Promise.all(
    wayCells(world).map(async ({ name: cell, netns, family }): Promise<Wrong[]> => {
      const ways = (await namespaces.get(netns)?.ip<Way>('route', 'get', fabric[family])) ?? [];
      const heard = ways.flatMap(({ metrics = [] }) => metrics.flatMap(({ mtu }) => (mtu ? [`MTU ${mtu}`] : [])));
      return heard.length === 0 ? [] : [{ cell, why: 'no ICMP error changes the main table', heard }];
    }),
  );
  return wrong.flat();
}
