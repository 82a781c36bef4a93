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
  const values = new Map(
    args.split(';').map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    }),
  );
  return { namespace: values.get('K8S_POD_NAMESPACE') ?? '', pod: values.get('K8S_POD_NAME') ?? '' };
}

/** An empty access list means nobody; `*` every namespace, and containers that have none. */
export function authorise(vrf: Vrf, { namespace, pod }: PodIdentity): void {
  const { namespaces } = vrf.spec.access;
  if (namespaces.includes('*') || (namespace !== '' && namespaces.includes(namespace))) return;
  const who = namespace === '' ? 'a container outside Kubernetes' : `pod ${namespace}/${pod}`;
  throw new CniError(
    CniCode.refused,
    `VRF ${vrf.metadata.name} is not open to ${who}`,
    `spec.access.namespaces is ${namespaces.length === 0 ? 'empty, which means nobody' : namespaces.join(', ')}; the VRF's owner must add ${namespace === '' ? '"*"' : namespace}`,
  );
}
