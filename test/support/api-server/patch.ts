/** PATCH: JSON merge patch (RFC 7396) and a simple server-side apply. */
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { badRequest, conflict, Failure } from './failure.ts';
import { apiVersionOf, qualified, type Target } from './kinds.ts';
import type { Draft, KubeObject } from './objects.ts';
import type { Store } from './store.ts';
import { create, read, replace } from './write.ts';

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7396: null removes, maps merge, everything else replaces. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const result: Record<string, unknown> = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** What each manager applied last, by its name. Lists are atomic here, as in a custom resource without list keys. */
type Applied = Map<string, Draft>;
const applied = new WeakMap<Store, Map<string, Applied>>();

export function patch(
  store: Store,
  target: Target,
  type: string,
  body: string,
  query: URLSearchParams,
): { object: KubeObject; created: boolean } {
  if (type === 'application/apply-patch+yaml') return apply(store, target, parse(body), query);
  if (type !== 'application/merge-patch+json')
    throw new Failure(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: application/merge-patch+json, application/apply-patch+yaml; it was ${type}`,
    );
  const old = read(store, target);
  const merged = mergePatch(old, JSON.parse(body)) as Draft;
  // The version counts only when the patch itself names it.
  return { object: replace(store, target, old, merged), created: false };
}

function apply(
  store: Store,
  target: Target,
  draft: Draft,
  query: URLSearchParams,
): { object: KubeObject; created: boolean } {
  const manager = query.get('fieldManager');
  if (!manager)
    throw badRequest(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  const { kind, namespace, name = '', subresource } = target;
  if (draft.apiVersion !== apiVersionOf(kind) || draft.kind !== kind.kind)
    throw badRequest(`apply needs apiVersion ${apiVersionOf(kind)} and kind ${kind.kind}`);
  const all = applied.get(store) ?? new Map<string, Applied>();
  applied.set(store, all);
  const key = [qualified(kind), namespace, name, subresource].join('/');
  const old = store.get(kind, namespace, name);
  if (!old) {
    const { name: _, ...collection } = target;
    const metadata = { ...draft.metadata, name };
    const object = create(store, collection, { ...draft, metadata });
    all.set(key, new Map([[manager, draft]]));
    return { object, created: true };
  }
  const managers: Applied = all.get(key) ?? new Map();
  const others = [...managers].filter(([other]) => other !== manager);
  if (query.get('force') !== 'true') {
    for (const [other, theirs] of others) {
      const field = firstConflict(draft, theirs, '');
      if (field !== undefined)
        throw conflict(qualified(kind), name, `Apply failed with 1 conflict: conflict with "${other}": ${field}`);
    }
  }
  const { apiVersion: _apiVersion, kind: _kind, ...own } = draft;
  const former = managers.get(manager) ?? {};
  const kept = drop(old, former, [draft, ...others.map(([, theirs]) => theirs)]) as Draft;
  const object = replace(store, target, old, mergePatch(kept, own) as Draft);
  all.set(key, managers.set(manager, draft));
  return { object, created: false };
}

/** The first field that both write, with different values. */
function firstConflict(mine: unknown, theirs: unknown, path: string): string | undefined {
  if (theirs === undefined || isDeepStrictEqual(mine, theirs)) return undefined;
  if (!isMap(mine) || !isMap(theirs)) return path;
  for (const key of Object.keys(mine)) {
    const found = firstConflict(mine[key], theirs[key], `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `object` without the fields of `former` that none of `owners` has. */
function drop(object: unknown, former: unknown, owners: readonly unknown[]): unknown {
  if (!isMap(object) || !isMap(former)) return object;
  const result = { ...object };
  for (const key of Object.keys(former)) {
    const theirs = owners
      .map((owner) => (isMap(owner) ? owner[key] : undefined))
      .filter((value) => value !== undefined);
    if (theirs.length === 0 && !isMap(former[key])) delete result[key];
    else result[key] = drop(result[key], former[key], theirs);
  }
  return result;
}
