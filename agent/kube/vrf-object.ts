/** VRF objects but for their specs: what is seen of them by the watch, and what is written to them. */
import { apiPath } from '../api/api-version.ts';
import type { VrfStatus } from '../api/vrf-status.ts';
import { unless } from './api-error.ts';
import type { KubeList, KubeObject } from './object.ts';
import type { Writer } from './writer.ts';

/** Keeps a VRF from going while a pod is attached to it on any node. */
export const inUseFinalizer = 'multivrf.dev/in-use';

export interface SeenVrf {
  version: string;
  isDeleted: boolean;
  finalizers: readonly string[];
  status: VrfStatus | undefined;
}

const contentType = 'application/merge-patch+json';

/** What is kept of an object. */
export function seenVrf({ metadata, status }: KubeObject): SeenVrf {
  const { resourceVersion: version = '', deletionTimestamp, finalizers = [] } = metadata;
  return { version, isDeleted: deletionTimestamp !== undefined, finalizers, status: status as VrfStatus | undefined };
}

/** Replaces the status that was seen. Whether nobody was faster (409): that one does nothing, and will see what was written. */
export async function patchStatus(
  writer: Writer,
  name: string,
  { version }: SeenVrf,
  status: VrfStatus,
): Promise<boolean> {
  const body = { metadata: { resourceVersion: version }, status };
  const request = { method: 'PATCH', path: `${pathOf(name)}/status`, contentType, body } as const;
  return (await unless([404, 409], writer.send(request))) !== undefined;
}

/** Replaces the finalizers that were seen, in the same way. */
export async function patchFinalizers(writer: Writer, name: string, { version }: SeenVrf, finalizers: string[]) {
  const body = { metadata: { resourceVersion: version, finalizers } };
  await unless([404, 409], writer.send({ method: 'PATCH', path: pathOf(name), contentType, body }));
}

/** Lets a VRF go unless a pod is attached to it on another node than `node`. */
export async function letGo(writer: Writer, name: string, seen: SeenVrf, node: string): Promise<void> {
  const query = { fieldSelector: `spec.vrf=${name},spec.node!=${node}`, limit: '1' };
  const { items } = await writer.send<KubeList>({ path: `${apiPath}/vrfattachments`, query });
  if (items.length > 0) return;
  const others = seen.finalizers.filter((one) => one !== inUseFinalizer);
  await patchFinalizers(writer, name, seen, others);
}

const pathOf = (name: string): string => `${apiPath}/vrfs/${encodeURIComponent(name)}`;
