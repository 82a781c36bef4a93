/** The objects, and the history of their changes: one counter of versions for all, as etcd has it. */
import { type Kind, qualified } from './kinds.ts';
import type { KubeObject } from './objects.ts';

/** A change; `before` is absent when the object was new, `after` when it was deleted. */
export interface Change {
  version: number;
  kind: Kind;
  before?: KubeObject;
  after?: KubeObject;
}

const keyOf = (namespace: string | undefined, name: string) => `${namespace ?? ''}/${name}`;

export class Store {
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  readonly #listeners = new Set<(change: Change) => void>();
  #history: Change[] = [];
  /** All versions are of one length, so that the same answer has the same number of bytes later. */
  #version = 1_000_000;
  #compacted = 1_000_000;

  get version(): number {
    return this.#version;
  }

  /** Versions before this one cannot be watched from. */
  get compacted(): number {
    return this.#compacted;
  }

  get(kind: Kind, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#of(kind).get(keyOf(namespace, name));
  }

  /** In the order of namespace and name; of all namespaces without one. */
  list(kind: Kind, namespace?: string): KubeObject[] {
    const all = [...this.#of(kind)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
    return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
  }

  /** Writes an object as it is but for its new version, and returns it. */
  put(kind: Kind, object: KubeObject): KubeObject {
    const { metadata } = object;
    const key = keyOf(metadata.namespace, metadata.name);
    const before = this.#of(kind).get(key);
    const after = this.#versioned(object);
    this.#of(kind).set(key, after);
    this.#publish({ version: this.#version, kind, after, ...(before ? { before } : {}) });
    return after;
  }

  /** Deletes it; what is told to watchers carries the version of the deletion. */
  remove(kind: Kind, { metadata }: KubeObject): KubeObject | undefined {
    const key = keyOf(metadata.namespace, metadata.name);
    const before = this.#of(kind).get(key);
    if (!before) return undefined;
    this.#of(kind).delete(key);
    const last = this.#versioned(before);
    this.#publish({ version: this.#version, kind, before: last });
    return last;
  }

  /** What happened after `version`, oldest first. */
  since(version: number): Change[] {
    return this.#history.filter((change) => change.version > version);
  }

  /** Forgets the history, as etcd's compaction does: older versions are answered 410. */
  compact(): void {
    // A version nobody has seen: also those who are up to date are too old.
    this.#version += 1;
    this.#compacted = this.#version;
    this.#history = [];
  }

  /** As after a restore of etcd from a backup: the counter is back at a version that clients have left behind. */
  rewind(): void {
    this.#version -= 1_000;
    this.#compacted = this.#version;
    this.#history = [];
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #of(kind: Kind): Map<string, KubeObject> {
    const key = qualified(kind);
    const objects = this.#objects.get(key) ?? new Map<string, KubeObject>();
    this.#objects.set(key, objects);
    return objects;
  }

  #versioned(object: KubeObject): KubeObject {
    this.#version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
  }

  #publish(change: Change): void {
    this.#history.push(change);
    for (const listener of this.#listeners) listener(change);
  }
}
