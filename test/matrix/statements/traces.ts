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
export function aboutWays({ netns }: WayCell, { peer, sides: { a, b }, combination }: World): About[] {
  const toNode = combination.mode === 'bridge' ? ["the node's loopback, multicast and broadcast"] : [];
  if (netns === 'node')
    return [a, b].flatMap(({ name, pod }) =>
      about(pod, [filters.uplink, filters.source, ...toNode.map((what) => `from customer-${name}, ${what}`)]),
    );
  if (netns === peer.net1.netns) return about(peer, [filters.expose, 'pod ↔ customer-a by net1']);
  const pod = [a.pod, b.pod].find(({ net1 }) => net1.netns === netns);
  return pod ? about(pod, [filters.expose]) : [];
}
