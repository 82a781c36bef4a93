/** Statements about what a pod sends, with NET_RAW or without. Pure. */
import type { Cell } from '../cells/cell.ts';
import type { PodEnds, World } from '../world.ts';
import { type About, about, carried, filters } from './about.ts';

const toNode: Record<string, string> = {
  'node eth0': 'pod → node by net1',
  'node cni0': 'pod → node by net1',
  'node loopback': 'pod → node by net1',
  multicast: 'pod → node by net1',
  'ordinary pod': "pod → the node's networks",
  'fabric gateway': "pod → the node's networks",
  'peer eth0': "pod → the node's networks",
  "other customer's pod eth0": "pod → the node's networks",
  "other customer's pod": "pod → the node's networks and other VRFs",
  "behind the other customer's router": "pod → the node's networks and other VRFs",
};

export function aboutHostilePod({ target, why, allowed }: Cell, { sides: { a }, peer }: World): About[] {
  if (why.startsWith('from the pod end only')) return about(a.pod, [filters.source]);
  if (allowed !== undefined) return about(a.pod, ['customer-a ↔ pod ']);
  if (target === 'pod in the same VRF') return about(peer, [filters.expose]);
  const text = toNode[target];
  return text === undefined ? [] : about(a.pod, [text]);
}

/** By sockets; `pod` sends. */
export function aboutPod({ target, packet, allowed, why }: Cell, pod: PodEnds): About[] {
  if (why.startsWith("the cluster's network is untouched"))
    return about(pod, ['pod ↔ cluster by eth0', 'from cluster, node: as without']);
  if (why.startsWith("the cluster's network leads"))
    return about(pod, ['from node and cluster, customer-a', 'from the cluster through the pod → customer-a']);
  if (target === 'gateway' || target === 'uplink address') return about(pod, ['customer-a and pod → node at ']);
  if (allowed !== undefined) return about(pod, carried('customer-a'));
  const text = toNode[target];
  if (text === undefined || !packet.endsWith('bound to net1')) return [];
  return about(pod, [text, 'pod → cluster default via net1']);
}

/** From one pod of a VRF to another: what that lets in, and whether it is reached. */
export function aboutNeighbour({ allowed }: Cell, sender: PodEnds, receiver: PodEnds): About[] {
  // On a segment it could be heard by others, too, whom the sender takes for it.
  if (allowed === undefined)
    return [...about(sender, ['pod ↔ customer-a by net1']), ...about(receiver, [filters.expose])];
  return [sender, receiver].flatMap((pod) => about(pod, carried('customer-a')));
}

/** At its place in the cluster. */
export function aboutNeighboursEth0({ family }: Cell, sender: PodEnds, receiver: PodEnds): About[] {
  return [
    ...about(sender, ["pod → the node's networks"]),
    ...about(receiver, [`from customer-a, pod eth0 ${receiver.cluster[family]}:`]),
  ];
}
