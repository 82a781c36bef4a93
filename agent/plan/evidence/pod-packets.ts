/** Packets whose way the pod is asked for. */
import { contains, parseAddress, parsePrefix } from '../../../common/addresses.ts';
import { clusterInterface } from '../desired.ts';
import { unboundRules } from '../pod-accept.ts';
import { customerRoutes } from '../pod-routes.ts';
import { familyOf, plainAddress } from '../routes.ts';
import { customerAddress, destinationOf, familiesOf, neighbourIn } from './samples.ts';
import type { Question, Scene } from './statement.ts';

/** A packet in the pod, of the family of `to`. */
export function inPod(packet: Pick<Question, 'to' | 'from' | 'iif' | 'oif'>): Question {
  return { in: 'pod', family: familyOf(packet.to), ...packet };
}

/** Packets that come in by the attachment's interface. */
export function fromCustomer({ attachment, vrf }: Scene, targets: readonly string[]): Question[] {
  const { interface: iif } = attachment;
  return targets.map((to) => inPod({ to, from: customerAddress(attachment, vrf, familyOf(to)), iif }));
}

/** What a socket bound to the pod end sends, or to its VRF device; of policy rules also one bound to the address alone. */
export function sentByPod({ attachment, vrf }: Scene, targets: readonly string[]): Question[] {
  const { interface: dev, pod, addresses } = attachment;
  return targets.flatMap((to): Question[] => {
    const from = addresses.map(plainAddress).find((address) => familyOf(address) === familyOf(to));
    if (from === undefined) return [];
    const bound = (pod.kind === 'device' ? [dev, vrf.name] : [dev]).map((oif) => ({ oif }));
    return [...bound, ...(pod.kind === 'rules' ? [{}] : [])].map((by) => inPod({ to, from, ...by }));
  });
}

/** What it sends to somebody to whom it has a route. */
export function toCustomer(scene: Scene): Question[] {
  const { attachment } = scene;
  return sentByPod(
    scene,
    familiesOf(attachment).flatMap((family) => destinationOf(attachment, family) ?? []),
  );
}

/** Packets that come in by the cluster's interface, from its network or, where that is a single host's, from the node. */
export function fromCluster(scene: Scene, targets: readonly string[]): Question[] {
  const { attachment, podAddresses, nodeAddresses } = scene;
  const iif = clusterInterface(attachment);
  if (iif === undefined) return [];
  return targets.flatMap((to) => {
    const network = (podAddresses ?? []).find((prefix) => familyOf(prefix) === familyOf(to));
    if (network === undefined) return [];
    const from = neighbourIn(network) ?? nodeAddresses.find((address) => familyOf(address) === familyOf(to));
    return from === undefined ? [] : [inPod({ to, from, iif })];
  });
}

/** What it sends to its network in the cluster, bound to nothing; but for what `accept: any` leads to the customer. */
export function toCluster({ attachment, podAddresses }: Scene): Question[] {
  const customers = unboundRules(attachment, 0, customerRoutes(attachment, 0)).map(({ to }) => parsePrefix(to));
  const isCustomers = (to: string) => {
    const { family, address } = parseAddress(to);
    return customers.some((prefix) => contains(prefix, family, address));
  };
  const own = (podAddresses ?? []).map(plainAddress);
  return (podAddresses ?? [])
    .flatMap((prefix) => neighbourIn(prefix, own) ?? [])
    .filter((to) => !isCustomers(to))
    .map((to) => inPod({ to }));
}
