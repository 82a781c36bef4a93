/** Why an address cannot be had of the cluster. */
import { CniCode, CniError } from '../../common/errors.ts';
import type { Vrf } from '../api/vrf.ts';
import { type HeldAddress, isNamesake, type PodRef } from '../kube/addresses-object.ts';
import { ApiError, reasonOf } from '../kube/api-error.ts';

/** Another pod has the address that was asked for by name, or another one of the pod's own name has the pod's. */
export function heldBy({ name, address, pod, node, sticky }: HeldAddress, { metadata }: Vrf, asker: PodRef): CniError {
  if (isNamesake(pod, asker)) {
    return new CniError(
      CniCode.tryAgainLater,
      `address ${address} in VRF ${metadata.name} is held by the pod of this name with uid ${pod.uid} on node ${node}`,
      'it moves as soon as the API no longer has that one',
    );
  }
  const holder = `pod ${pod.namespace}/${pod.name} on node ${node}`;
  const kept = `it is kept for the name of that pod. If none of that name will come back: kubectl delete vrfaddress ${name}`;
  return new CniError(
    CniCode.refused,
    `address ${address} in VRF ${metadata.name} is held by ${holder}`,
    sticky ? kept : 'choose another, or delete that pod',
  );
}

/** The API was not asked, or gave no answer that helps; what is a CniError already stays as it is. */
export function notAsked(error: unknown, vrf: string, address?: string): CniError {
  if (error instanceof CniError) return error;
  const what = address === undefined ? `an address in VRF ${vrf}` : `address ${address} in VRF ${vrf}`;
  return new CniError(
    CniCode.tryAgainLater,
    `${what} cannot be allocated: the Kubernetes API: ${reasonOf(error)}`,
    'it is tried again. Without the API pods get the addresses that the VRF reserves for them, or that they had on this node',
    { cause: error },
  );
}

/** Whether it is the server that fails, and not the request. */
export const isAway = (error: unknown): boolean =>
  !(error instanceof ApiError) || error.code >= 500 || error.code === 429;
