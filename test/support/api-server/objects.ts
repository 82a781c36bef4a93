/** Objects as they are kept and sent. */
import { isDeepStrictEqual } from 'node:util';

interface ObjectMeta {
  name: string;
  namespace?: string;
  generateName?: string;
  uid: string;
  /** A number, opaque to clients. */
  resourceVersion: string;
  generation: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  [key: string]: unknown;
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [key: string]: unknown;
}

/** Any part of an object, as a client sends it. */
export type Draft = { [key: string]: unknown; metadata?: { [key: string]: unknown } };

/** What of it is neither metadata nor status: a change of that is a new generation. */
export function desired({ metadata: _metadata, status: _status, ...rest }: Draft): object {
  return rest;
}

/** Equal but for what the server itself writes. */
export function isSame(one: KubeObject, other: KubeObject): boolean {
  return isDeepStrictEqual(unversioned(one), unversioned(other));
}

function unversioned({ metadata, ...rest }: KubeObject): object {
  const { resourceVersion: _version, ...others } = metadata;
  return { ...rest, metadata: others };
}
