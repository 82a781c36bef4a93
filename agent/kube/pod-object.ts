/** Pod objects: where they are, and what of them concerns us. */
import type { KubeObject } from './object.ts';

/** The annotation in which plugins tell of a pod's interfaces (Network Plumbing Working Group, "Multi-network spec", 4.1). */
export const networkStatusAnnotation = 'k8s.v1.cni.cncf.io/network-status';

/** The kubelet's id of a static pod, on the object that stands for it in the API, which has an uid of its own. */
export const mirrorAnnotation = 'kubernetes.io/config.hash';

/** Where an API server has a Pod. */
export const podPath = (namespace: string, name: string): string =>
  `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;

/** Whether a pod is one of a StatefulSet, by its owner: then one of the same name comes after it. */
export const isOfStatefulSet = ({ ownerReferences }: KubeObject['metadata']): boolean =>
  ownerReferences?.some(({ kind }) => kind === 'StatefulSet') ?? false;
