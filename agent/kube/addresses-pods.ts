/** Whether the holder of an address is there still, as the API server says at this moment. */
import type { PodRef } from './addresses-object.ts';
import { unless } from './api-error.ts';
import type { KubeClient } from './client.ts';
import type { KubeObject } from './object.ts';
import { isOfStatefulSet, mirrorAnnotation, podPath } from './pod-object.ts';

/** A pod of the API, as far as its addresses depend on it. */
export interface PodFacts {
  /** As CNI_ARGS tell it: of a static pod the one that the kubelet gave it, and not that of the object that stands for it. */
  uid: string;
  node: string;
  /** Whether it is one of a StatefulSet: one of the same name comes after it. */
  statefulSet: boolean;
}

/** Milliseconds for one request. */
const patience = 5_000;

interface ApiPod extends KubeObject {
  spec?: { nodeName?: string };
}

/** One GET, no cache: what it says decides whether somebody loses an address. Undefined when there is no pod of that name. */
export async function lookAtPod(
  client: KubeClient,
  { namespace, name }: Pick<PodRef, 'namespace' | 'name'>,
): Promise<PodFacts | undefined> {
  const request = { path: podPath(namespace, name), timeout: patience };
  const object = await unless([404], client.request<ApiPod>(request));
  if (!object) return undefined;
  const { metadata, spec } = object;
  return {
    uid: metadata.annotations?.[mirrorAnnotation] ?? metadata.uid ?? '',
    node: spec?.nodeName ?? '',
    statefulSet: isOfStatefulSet(metadata),
  };
}

/**
 * Whether the holder of an address is gone. The API never has two pods of one name, and gives up one that is not forced out
 * only after the kubelet has taken it down: with another uid under its name, or none, it is.
 */
export async function isHolderGone(client: KubeClient, holder: PodRef, heldOn: string): Promise<boolean> {
  const found = await lookAtPod(client, holder);
  if (!found) return true;
  return holder.uid === '' ? found.node !== '' && found.node !== heldOn : found.uid !== holder.uid;
}
