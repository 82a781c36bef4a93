/** How the cluster is reached, after all the ICMP errors that were sent: nobody's way there has become narrower. Pure. */
import type { Wrong } from './cells/cell.ts';
import { families } from './cells/common.ts';
import type { Family } from './sockets.ts';
import type { Learned } from './tables.ts';
import { fabric, type World } from './world.ts';

/** Of one namespace's main table, one family is one cell. */
export interface WayCell {
  trace: 'way';
  name: string;
  /** Name of the namespace. */
  netns: string;
  family: Family;
}

export function wayCells({ sides: { a, b }, peer }: World): WayCell[] {
  const names = ['node', a.pod.net1.netns, peer.net1.netns, b.pod.net1.netns];
  return names.flatMap((netns) =>
    families.map((family): WayCell => ({ trace: 'way', name: `way of ${netns} to ${fabric[family]}`, netns, family })),
  );
}

/** Wrong when an error has left an MTU. */
export function narrowed({ name, family }: WayCell, known: readonly Learned[]): Wrong[] {
  const ways = known.filter(({ dst, lladdr }) => dst === fabric[family] && lladdr === undefined);
  const heard = ways.flatMap(({ metrics = [] }) => metrics.flatMap(({ mtu }) => (mtu ? [`MTU ${mtu}`] : [])));
  return heard.length === 0 ? [] : [{ cell: name, why: 'no ICMP error changes the main table', heard }];
}
