/**
 * What the API server has of one resource, kept up to date by LIST and WATCH (API concepts, "Efficient detection of
 * changes"). Outages of any length are waited for; what is known stays known.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ApiError, isGone, reasonOf } from './api-error.ts';
import { Backoff } from './backoff.ts';
import type { KubeClient } from './client.ts';
import { listAll } from './list.ts';
import type { KubeObject } from './object.ts';
import type { Reach } from './reach.ts';
import { Silence, type WatchTimes, watch, watchTimes } from './watch.ts';

export interface InformerOptions<T extends object> {
  client: KubeClient;
  /** Told of each failure, and when the resource is followed again; tells when it is worth trying. */
  reach: Pick<Reach, 'failed' | 'well' | 'onBack'>;
  log: Logger;
  /** For the log: `VRFs`. */
  what: string;
  /** Of the collection. */
  path: string;
  query?: Record<string, string>;
  /** What is kept of an object, given what was kept of it before: that again, when nothing of interest has changed. */
  keep: (object: KubeObject, known: T | undefined) => T;
  /** Called after the first list, and whenever what is kept has changed. */
  changed: () => void;
  times?: WatchTimes;
  backoff?: Backoff;
}

/** A watch that lived this long was a good one. */
const steady = 1000;

export class Informer<T extends object> {
  readonly #options: InformerOptions<T>;
  readonly #backoff: Backoff;
  readonly #stopping = new AbortController();
  readonly #synced = Promise.withResolvers<void>();
  #kept = new Map<string, T>();
  /** Where the next watch begins; undefined when the next thing to do is a list. */
  #version: string | undefined;
  #isSynced = false;
  /** Ends a wait for the next try. */
  #hurry: () => void = () => {};

  constructor(options: InformerOptions<T>) {
    this.#options = options;
    this.#backoff = options.backoff ?? new Backoff();
    options.reach.onBack(() => {
      this.#backoff.reset();
      this.#hurry();
    });
    void this.#run();
  }

  /** Whether there was a whole list since the start. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** Resolves with the first whole list. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** By name, or NAMESPACE/NAME. */
  get(key: string): T | undefined {
    return this.#kept.get(key);
  }

  list(): T[] {
    return [...this.#kept.values()];
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** One list or watch after the other: there are never two at once. */
  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      const began = Date.now();
      let wait = 0;
      try {
        if (this.#version === undefined) await this.#list();
        await this.#watch(() => {
          failures = 0;
        });
      } catch (error) {
        if (signal.aborted) return;
        wait = this.#failed(error, failures);
        failures += 1;
      }
      if (Date.now() - began >= steady) this.#backoff.reset();
      await this.#pause(wait, this.#backoff.next());
    }
  }

  /** At least as long as the server asks for, and then until it is worth a try. */
  async #pause(asked: number, backoff: number): Promise<void> {
    const { signal } = this.#stopping;
    if (asked > 0) await sleep(asked, undefined, { signal }).catch(() => {});
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.max(0, backoff - asked));
    this.#hurry = resolve;
    signal.addEventListener('abort', this.#hurry, { once: true });
    await promise;
    signal.removeEventListener('abort', this.#hurry);
    clearTimeout(timer);
  }

  /** Returns how long the server asks to wait. */
  #failed(error: unknown, failures: number): number {
    const { what, reach, log } = this.#options;
    const refused = error instanceof ApiError && error.code >= 400 && error.code < 500;
    const silent = error instanceof Silence;
    // Too old a version, or one that this server never had (etcd restored from a backup), for which it waits and sends nothing: only
    // a list tells what is true.
    if (silent || (refused && ![401, 403, 429].includes(error.code))) this.#version = undefined;
    // Connections end now and then; the next try tells whether that was all.
    if (isGone(error) || (this.#isSynced && failures === 0 && !silent))
      log.debug({ what, reason: reasonOf(error) }, 'watch ended');
    else reach.failed(what, reasonOf(error));
    return error instanceof ApiError ? (error.retryAfter ?? 0) : 0;
  }

  async #list(): Promise<void> {
    const { client, path, query, keep } = this.#options;
    const { version, items } = await listAll(client, path, query ?? {}, this.#stopping.signal);
    const next = new Map<string, T>();
    for (const item of items) next.set(keyOf(item), keep(item, this.#kept.get(keyOf(item))));
    const same = next.size === this.#kept.size && [...next].every(([key, object]) => this.#kept.get(key) === object);
    // What is not in the list was deleted while nobody watched.
    this.#kept = next;
    this.#version = version;
    const first = !this.#isSynced;
    this.#isSynced = true;
    if (first || !same) this.#tell();
    this.#synced.resolve();
  }

  async #watch(opened: () => void): Promise<void> {
    const { client, path, query, reach, what, times = watchTimes } = this.#options;
    const request = { client, path, query: { ...query, resourceVersion: this.#version! }, times };
    const isOpen = () => {
      opened();
      reach.well(what);
    };
    for await (const { type, object } of watch(request, this.#stopping.signal, isOpen)) {
      if (type === 'ERROR') throw ApiError.ofEvent(object);
      this.#version = object.metadata.resourceVersion ?? this.#version;
      if (type !== 'BOOKMARK') this.#take(type, object);
    }
  }

  #take(type: string, object: KubeObject): void {
    const key = keyOf(object);
    const known = this.#kept.get(key);
    if (type === 'DELETED') {
      if (this.#kept.delete(key)) this.#tell();
      return;
    }
    const next = this.#options.keep(object, known);
    if (next === known) return;
    this.#kept.set(key, next);
    this.#tell();
  }

  #tell(): void {
    const { changed, log, what } = this.#options;
    try {
      changed();
    } catch (error) {
      log.error({ err: error, what }, 'a change could not be taken up');
    }
  }
}

const keyOf = ({ metadata: { namespace, name } }: KubeObject): string =>
  namespace === undefined ? name : `${namespace}/${name}`;
