/** LIST, whole or in chunks (`limit`, `continue`): all chunks are of one version. */
import { badRequest, expired } from './failure.ts';
import { apiVersionOf, isCustom, type Target } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import { selector } from './selectors.ts';
import type { Store } from './store.ts';

/** What is left of a list that was sent in part, and the version it is of. */
interface Rest {
  version: number;
  items: KubeObject[];
}

/** The lists that clients have read a part of. */
export class Continuations {
  readonly #rests = new Map<string, Rest>();
  #next = 1;

  keep(rest: Rest): string {
    const token = Buffer.from(`list-${this.#next++}`).toString('base64url');
    this.#rests.set(token, rest);
    return token;
  }

  /** Throws 410 when the version of the list is compacted. */
  take(token: string, compacted: number): Rest {
    const rest = this.#rests.get(token);
    if (!rest) throw badRequest('continue key is not valid');
    if (rest.version < compacted)
      throw expired('The provided continue parameter is too old to display a consistent list result.');
    return rest;
  }
}

export function list(store: Store, { kind, namespace }: Target, query: URLSearchParams, rests: Continuations): object {
  const token = query.get('continue');
  const limit = Number(query.get('limit') ?? 0);
  const selects = selector(query);
  const { version, items } = token
    ? rests.take(token, store.compacted)
    : { version: store.version, items: store.list(kind, namespace).filter(selects) };
  const chunk = limit > 0 ? items.slice(0, limit) : items;
  const rest = items.slice(chunk.length);
  // What is left of a selection nobody has counted.
  const count = query.has('fieldSelector') || query.has('labelSelector') ? {} : { remainingItemCount: rest.length };
  const none = isCustom(kind) ? { continue: '' } : {};
  const more = rest.length === 0 ? none : { continue: rests.keep({ version, items: rest }), ...count };
  // Items of a typed list carry neither apiVersion nor kind; those of a custom resource do.
  const bare = isCustom(kind) ? chunk : chunk.map(({ apiVersion: _apiVersion, kind: _kind, ...object }) => object);
  return {
    apiVersion: apiVersionOf(kind),
    kind: `${kind.kind}List`,
    metadata: { resourceVersion: String(version), ...more },
    items: bare,
  };
}
