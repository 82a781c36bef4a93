/** What keeps a pod from being attached, as far as it is seen before anything is planned. */
import { CniCode, CniError } from '../../common/errors.ts';
import type { AddRequest } from '../../common/protocol.ts';
import type { AttachmentRequest } from '../api/annotation.ts';
import type { Vrf } from '../api/vrf.ts';
import { observeNodeAddresses } from '../apply/node-addresses.ts';
import type { PlaceHandle } from '../apply/place.ts';
import { refuseNodeAddresses } from '../plan/node-addresses.ts';
import type { Agent } from './agent.ts';
import { authorise, type PodIdentity } from './identity.ts';
import type { PodState } from './pod-state.ts';
import { serviceAccountOf } from './service-account.ts';

/** The VRF of that name. Throws a CniError when there is none, it is not open to the pod, or it has addresses of the node. */
export function openVrf(agent: Agent, name: string, identity: PodIdentity): Vrf {
  const { source, vrfStore, node } = agent;
  const vrf = source.get(name);
  if (vrf) {
    authorise(vrf, identity, () => serviceAccountOf(agent, name, identity));
    if (source.verdict?.(name)?.isDeleted) throw deleted(name);
    // On a node where it stands this was looked at before its first pod.
    if (!vrfStore.get(name)) refuseNodeAddresses(vrf, observeNodeAddresses(node.handle));
    return vrf;
  }
  const outage = source.outage?.();
  if (outage !== undefined) {
    // It may have been made while nobody could tell this node.
    throw new CniError(
      CniCode.tryAgainLater,
      `VRF ${name} is not known, and the Kubernetes API cannot be asked about it`,
      `the Kubernetes API: ${outage}; it is tried again`,
    );
  }
  const problem = source.problems()[0];
  const known = source.list().map(({ metadata }) => metadata.name);
  throw new CniError(
    CniCode.refused,
    `VRF ${name} does not exist`,
    [
      known.length > 0 ? `known are ${known.join(', ')}` : 'no VRF is defined on this node',
      ...(problem
        ? [`and ${problem.file} could not be read: ${[problem.field, problem.message].filter(Boolean).join(': ')}`]
        : []),
    ].join('; '),
  );
}

/** It stays only for those who are attached. */
function deleted(name: string): CniError {
  return new CniError(
    CniCode.refused,
    `VRF ${name} is deleted`,
    'it stays until the last pod attached to it is gone, and takes no new one: kubectl get vrfattachments -A names them',
  );
}

/** A repeated ADD (SPEC.md, "ADD": the runtime must DEL first). */
export function refuseRepeated({ attachments }: Agent, { containerId, network, ifname }: AddRequest): void {
  const [existing] = attachments.of(containerId, network, ifname);
  if (!existing) return;
  throw new CniError(
    CniCode.refused,
    `container ${containerId} has interface ${existing.attachment.interface} in VRF ${existing.attachment.vrf.name} already`,
    'ADD comes once for each container: DEL it first',
  );
}

/** A pod with host networking would hand over the node's own namespace. */
export function refuseNodeNamespace({ node }: Agent, pod: PlaceHandle): void {
  if (pod.inode !== node.handle.inode) return;
  throw new CniError(
    CniCode.refused,
    "the pod's network namespace is the node's own",
    'a pod with hostNetwork cannot be attached to a VRF',
  );
}

/** An interface name asked for that the pod has. */
export function refuseTaken(
  wanted: { one: AttachmentRequest }[],
  interfaces: readonly string[],
  state: PodState,
): void {
  interfaces.forEach((name, i) => {
    if (!state.links.has(name)) return;
    throw new CniError(
      CniCode.refused,
      `interface ${name}, asked for in VRF ${wanted[i]!.one.vrf}, exists in the pod already`,
      `choose a name other than ${[...state.links.keys()].join(', ')}, or leave "interface" out`,
    );
  });
}
