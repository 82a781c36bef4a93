/** Statements about what packets leave behind: those about what lets no such packet in. Pure. */
import type { NeighbourCell } from '../neighbours.ts';
import type { WayCell } from '../ways.ts';
import type { World } from '../world.ts';
import { type About, about, filters } from './about.ts';

/** Nobody takes another's place: of a pod and the node their own entries tell, of all of them what pods may say. */
export function aboutNeighbours({ netns, side }: NeighbourCell, { peer, sides, combination }: World): About[] {
  const own = sides[side].pod;
  const pods = side === 'a' ? [own, peer] : [own];
  const claims = pods.flatMap((pod) => about(pod, [filters.source]));
  const entries = pods.find(({ net1 }) => net1.netns === netns);
  if (entries) return [...about(entries, [`pod ↔ customer-${side} by net1`]), ...claims];
  // In a bridge the node speaks with nobody.
  if (netns === 'node' && combination.mode === 'routed') return [...about(own, [`customer-${side} ↔ pod `]), ...claims];
  return claims;
}

/**
 * The exception that an ICMP error has made bears nobody's name: one of the cluster's routers may have sent it. So what is
 * stated are the filters that let in no error about the cluster's packets; of a pod that accepts any also its rules, by which
 * errors about its own packets stay in the VRF.
 */
export function aboutWays({ netns }: WayCell, { peer, sides: { a, b } }: World): About[] {
  const isNode = netns === 'node';
  const pod = [a.pod, b.pod, peer].find(({ net1 }) => net1.netns === netns);
  if (!isNode && pod === undefined) return [];
  const byNode = (what: string) => [
    ...[a, b].flatMap((side) => about(side.pod, [filters.uplink, `from customer-${side.name}, ${what}`])),
    ...about(a.pod, [filters.source]),
  ];
  if (pod === undefined) return [...byNode('node address '), ...about(a.pod, ['pod → node by net1'])];
  return [
    ...about(pod, [filters.expose, ...(pod === peer ? ['pod ↔ customer-a by net1'] : [])]),
    // By the node errors could come to its place in the cluster.
    ...byNode("the node's networks"),
    ...about(a.pod, ["pod → the node's networks"]),
  ];
}
