/** Who asks: the pod behind CNI_ARGS, and whether a VRF is open to it. */

import { CniCode, CniError } from '../../common/errors.ts';
import type { Vrf } from '../api/vrf.ts';

export interface PodIdentity {
  /** Empty outside Kubernetes. */
  namespace: string;
  pod: string;
}

/** Reads K8S_POD_NAMESPACE and K8S_POD_NAME from `KEY=VALUE;…`, in whatever order the runtime put them. */
export function podIdentity(args: string): PodIdentity {
  const values = read(args);
  return { namespace: values.get('K8S_POD_NAMESPACE') ?? '', pod: values.get('K8S_POD_NAME') ?? '' };
}

/** K8S_POD_UID: of a static pod the kubelet's own, which is not that of its object in the API. Empty when it is not there. */
export function podUid(args: string): string {
  return read(args).get('K8S_POD_UID') ?? '';
}

function read(args: string): Map<string, string> {
  return new Map(
    args.split(';').map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    }),
  );
}

/**
 * An empty access list means nobody; `*` every namespace, and containers that have none. Of those, `serviceAccount` is asked
 * where only some ServiceAccounts may; it throws when that is not known.
 */
export function authorise(vrf: Vrf, identity: PodIdentity, serviceAccount: () => string): void {
  const { namespaces, serviceAccounts } = vrf.spec.access;
  const { namespace, pod } = identity;
  const who = namespace === '' ? 'a container outside Kubernetes' : `pod ${namespace}/${pod}`;
  if (!namespaces.includes('*') && (namespace === '' || !namespaces.includes(namespace))) {
    throw new CniError(
      CniCode.refused,
      `VRF ${vrf.metadata.name} is not open to ${who}`,
      `spec.access.namespaces is ${namespaces.length === 0 ? 'empty, which means nobody' : namespaces.join(', ')}; the VRF's owner must add ${namespace === '' ? '"*"' : namespace}`,
    );
  }
  if (serviceAccounts.length === 0) return;
  const account = namespace === '' ? undefined : serviceAccount();
  if (account !== undefined && [account, `${namespace}/${account}`].some((name) => serviceAccounts.includes(name)))
    return;
  throw new CniError(
    CniCode.refused,
    `VRF ${vrf.metadata.name} is not open to ${who}, which ${account === undefined ? 'has no ServiceAccount' : `runs as ServiceAccount ${account}`}`,
    `spec.access.serviceAccounts is ${serviceAccounts.join(', ')}${account === undefined ? '' : `; the VRF's owner must add ${namespace}/${account}, or the pod must run as another`}`,
  );
}
