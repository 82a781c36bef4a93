/** VRFAddress objects: what the agents keep of one, and what they write. */
import { createHash } from 'node:crypto';
import { apiPath, apiVersion } from '../api/api-version.ts';
import { addressName, type VrfAddress } from '../api/vrf-address.ts';
import type { KubeObject } from './object.ts';

/** The pod that holds an address. The uid is empty where the runtime has not told it. */
export type PodRef = VrfAddress['spec']['pod'];

/** An address that a pod of this node is to hold. */
export interface Wanted {
  vrf: string;
  /** Canonical, without prefix length. */
  address: string;
  pod: PodRef;
  /** Whether it is kept for the pod's name. */
  sticky: boolean;
  /** Whether the VRF reserves it for the pod's name: what others were given earlier does not count once they are gone. */
  reserved: boolean;
}

/** An address that is held, as the API has it. */
export interface HeldAddress {
  name: string;
  uid: string;
  resourceVersion: string;
  vrf: string;
  address: string;
  pod: PodRef;
  node: string;
  sticky: boolean;
}

export const addressesPath = `${apiPath}/vrfaddresses`;

/** By it the addresses of one pod are found: a name may be longer than the value of a label. */
export const podLabel = 'multivrf.dev/pod';

/** Value of {@link podLabel}: 40 digits of a hash. */
export function podLabelOf({ namespace, name }: Pick<PodRef, 'namespace' | 'name'>): string {
  return createHash('sha256').update(`${namespace}/${name}`).digest('hex').slice(0, 40);
}

/** An object as the API has it; one that its schema has let in is not checked again. */
export function toHeld({ metadata, spec }: KubeObject): HeldAddress {
  const { vrf, address, pod, node, sticky = false } = spec as VrfAddress['spec'];
  const { name, uid = '', resourceVersion = '' } = metadata;
  return { name, uid, resourceVersion, vrf, address, pod, node, sticky };
}

/** The whole object, for a create. */
export function toObject(wanted: Wanted, node: string): KubeObject {
  const { vrf, address } = wanted;
  const { metadata, spec } = holderOf(wanted, node);
  return {
    apiVersion,
    kind: 'VRFAddress',
    metadata: { name: addressName(vrf, address), ...metadata },
    spec: { vrf, address, ...spec },
  };
}

/** The part that changes when an address changes hands. */
export function holderOf({ pod, sticky }: Wanted, node: string) {
  return { metadata: { labels: { [podLabel]: podLabelOf(pod) } }, spec: { pod, node, sticky } };
}

/** Whether an object tells of this very pod: a retried ADD finds its own. */
export function isOwn({ pod: holder, node }: HeldAddress, { pod }: Pick<Wanted, 'pod'>, thisNode: string): boolean {
  if (!isNamesake(holder, pod)) return false;
  return holder.uid !== '' && pod.uid !== '' ? holder.uid === pod.uid : node === thisNode;
}

/** Whether two are pods of one name: the same, or one after the other. */
export const isNamesake = (one: PodRef, other: PodRef): boolean =>
  one.namespace === other.namespace && one.name === other.name;
