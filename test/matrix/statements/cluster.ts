/** Statements about what the node and an ordinary pod send. Pure. */
import type { Cell } from '../cells/cell.ts';
import type { PodEnds, World } from '../world.ts';
import { type About, about } from './about.ts';

const served = 'from cluster, node: as without';

export function aboutCluster({ target, packet, allowed }: Cell, { sides: { a, b } }: World): About[] {
  const isOthers = target === "other customer's pod";
  const into = isOthers
    ? about(b.pod, ['from node and cluster, customer-b'])
    : about(a.pod, ['from node and cluster, customer-a']);
  if (allowed !== undefined) return about(a.pod, [target === 'pod eth0' ? 'pod ↔ cluster by eth0' : served]);
  if (!packet.endsWith("by the MAC of the pod's eth0")) return into;
  return [...(isOthers ? into : []), ...aboutTransit(a.pod, target === 'pod in the VRF')];
}

/** Of frames to a pod's MAC in the cluster, for itself or for somebody behind it. */
export function aboutTransit(pod: PodEnds, isItself: boolean): About[] {
  return about(pod, [isItself ? 'from the cluster, pod net1' : 'from the cluster through the pod → customer-a']);
}
