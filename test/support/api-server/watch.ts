/** WATCH (API concepts, "Efficient detection of changes"): one JSON line a change. */
import type { ServerResponse } from 'node:http';
import { expired } from './failure.ts';
import { apiVersionOf, qualified, type Target } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import { selector } from './selectors.ts';
import type { Change, Store } from './store.ts';

/** How a watch from a version that is too old is refused: both are met. */
export type GoneAs = 'status' | 'event';

export class Watches {
  /** Whether nothing is sent, though the connections stay. */
  silent = false;
  readonly #open = new Set<Watch>();

  /** Serves one watch until its time is up or a side ends it. */
  serve(store: Store, target: Target, query: URLSearchParams, response: ServerResponse, goneAs: GoneAs): void {
    const version = query.get('resourceVersion') ?? '';
    const gone = version !== '' && version !== '0' && Number(version) < store.compacted;
    const failure = expired(`too old resource version: ${version} (${store.compacted})`);
    if (gone && goneAs === 'status') throw failure;
    const watch = new Watch(store, target, query, response, () => this.silent);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (gone) {
      response.end(`${JSON.stringify({ type: 'ERROR', object: failure.status })}\n`);
      return;
    }
    this.#open.add(watch);
    response.once('close', () => {
      watch.end();
      this.#open.delete(watch);
    });
    watch.start(version);
  }

  /** How many are open, of one resource or of all. */
  count(plural?: string): number {
    return [...this.#open].filter(({ target }) => plural === undefined || target.kind.plural === plural).length;
  }

  /** Sends every watch that asked for it a bookmark. */
  bookmark(): void {
    for (const watch of this.#open) watch.bookmark();
  }

  /** Sends every watch an ERROR event. */
  error(status: object): void {
    for (const watch of this.#open) watch.send('ERROR', status);
  }

  /** Ends every watch, as when its time is up. */
  finish(): void {
    for (const watch of this.#open) watch.finish();
  }

  /** Cuts every connection in the middle of the stream. */
  cut(): void {
    for (const watch of this.#open) watch.cut();
  }
}

class Watch {
  readonly target: Target;
  readonly #store: Store;
  readonly #query: URLSearchParams;
  readonly #response: ServerResponse;
  readonly #selects: (object: KubeObject) => boolean;
  readonly #silent: () => boolean;
  /** Until the store has reached it nothing is sent, as by an API server's watch cache. */
  readonly #from: number;
  #unsubscribe = () => {};
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store, target: Target, query: URLSearchParams, response: ServerResponse, silent: () => boolean) {
    this.#silent = silent;
    this.target = target;
    this.#store = store;
    this.#query = query;
    this.#response = response;
    this.#selects = selector(query);
    this.#from = Number(query.get('resourceVersion') ?? 0);
  }

  start(version: string): void {
    const { kind, namespace } = this.target;
    // "Get state and start": without a version what exists is sent first.
    if (version === '' || version === '0') {
      for (const object of this.#store.list(kind, namespace)) if (this.#selects(object)) this.send('ADDED', object);
    } else for (const change of this.#store.since(Number(version))) this.#tell(change);
    this.#unsubscribe = this.#store.onChange((change) => this.#tell(change));
    const seconds = Number(this.#query.get('timeoutSeconds') ?? 0);
    if (seconds > 0) this.#timer = setTimeout(() => this.finish(), seconds * 1000).unref();
  }

  end(): void {
    this.#unsubscribe();
    clearTimeout(this.#timer);
  }

  finish(): void {
    this.end();
    this.#response.end();
  }

  cut(): void {
    // Half a line: nobody may take it for a whole one.
    this.#response.write('{"type":"MODIFIED","object":{"metada', () => this.#response.destroy());
  }

  bookmark(): void {
    if (this.#query.get('allowWatchBookmarks') !== 'true' || this.#store.version < this.#from) return;
    const { kind } = this.target;
    const metadata = { resourceVersion: String(this.#store.version), creationTimestamp: null };
    this.send('BOOKMARK', { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata });
  }

  send(type: string, object: object): void {
    if (this.#silent()) return;
    this.#response.write(`${JSON.stringify({ type, object })}\n`);
  }

  /** What comes into the selection is added, and what leaves it deleted, for this watcher. */
  #tell({ kind, before, after, version }: Change): void {
    if (version <= this.#from || qualified(kind) !== qualified(this.target.kind)) return;
    const { namespace } = this.target;
    const mine = (object: KubeObject | undefined) =>
      object !== undefined &&
      (namespace === undefined || object.metadata.namespace === namespace) &&
      this.#selects(object);
    if (mine(after)) this.send(mine(before) ? 'MODIFIED' : 'ADDED', after!);
    else if (mine(before)) {
      const metadata = { ...before!.metadata, resourceVersion: String(version) };
      this.send('DELETED', { ...before!, metadata });
    }
  }
}
