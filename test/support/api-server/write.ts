/** Create, update and delete with their rules (API conventions, "Concurrency control and consistency", "Metadata"). */
import { randomBytes, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { badRequest, conflict, Failure, invalid, notFound } from './failure.ts';
import { apiVersionOf, isCustom, type Kind, qualified, type Target } from './kinds.ts';
import { type Draft, desired, isSame, type KubeObject } from './objects.ts';
import type { Store } from './store.ts';

const now = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');

/** The object that `target` names. Throws 404. */
export function read(store: Store, { kind, namespace, name = '' }: Target): KubeObject {
  const object = store.get(kind, namespace, name);
  if (!object) throw notFound(qualified(kind), name);
  return object;
}

function checkType({ kind, namespace, name }: Target, draft: Draft): void {
  // The kind of a custom resource is a field like others.
  if (draft.kind !== kind.kind && isCustom(kind))
    throw invalid(String(draft.kind), name ?? '', `kind: Invalid value: "${draft.kind}": must be ${kind.kind}`);
  if (draft.apiVersion !== apiVersionOf(kind) || draft.kind !== kind.kind)
    throw badRequest(
      `the object provided is ${draft.apiVersion} ${draft.kind}, the path is of ${apiVersionOf(kind)} ${kind.kind}`,
    );
  const { metadata = {} } = draft;
  if (metadata.namespace !== undefined && metadata.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if (name !== undefined && metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
}

export function create(store: Store, target: Target, draft: Draft): KubeObject {
  const { kind, namespace } = target;
  checkType(target, draft);
  const { resourceVersion, generateName, ...metadata } = draft.metadata ?? {};
  if (resourceVersion)
    throw new Failure(500, 'InternalError', 'resourceVersion should not be set on objects to be created');
  if (kind.namespaced && namespace === undefined) throw badRequest('a namespace must be specified');
  const generated =
    typeof generateName === 'string' ? `${generateName}${randomBytes(3).toString('hex').slice(0, 5)}` : '';
  const name = String(metadata.name ?? generated);
  if (name === '') throw invalid(kind.kind, '', 'metadata.name: Required value: name or generateName is required');
  if (store.get(kind, namespace, name))
    throw new Failure(409, 'AlreadyExists', `${qualified(kind)} "${name}" already exists`);
  // The status is not for those who create; a Pod's is dropped as well as a custom resource's.
  const { status: _, ...rest } = draft;
  return store.put(kind, {
    ...(kind.status ? rest : draft),
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: {
      ...metadata,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid: randomUUID(),
      resourceVersion: '',
      generation: 1,
      creationTimestamp: now(),
    },
  });
}

/** PUT. The version is checked when it is there; a custom resource must carry it. */
export function update(store: Store, target: Target, draft: Draft): KubeObject {
  const { kind, name = '' } = target;
  const old = read(store, target);
  checkType(target, draft);
  const { resourceVersion } = draft.metadata ?? {};
  if (!resourceVersion && isCustom(kind))
    throw invalid(kind.kind, name, 'metadata.resourceVersion: Invalid value: 0x0: must be specified for an update');
  return replace(store, target, old, draft);
}

/** Puts `draft` in the place of `old`, whichever verb it came by. A draft that changes nothing makes no new version. */
export function replace(
  store: Store,
  { kind, name = '', subresource }: Target,
  old: KubeObject,
  draft: Draft,
): KubeObject {
  const { resourceVersion, uid, finalizers } = draft.metadata ?? {};
  const refuse = (why: string) => conflict(qualified(kind), name, why);
  if (resourceVersion && resourceVersion !== old.metadata.resourceVersion)
    throw refuse('the object has been modified; please apply your changes to the latest version and try again');
  if (uid && uid !== old.metadata.uid)
    throw refuse(`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`);
  const next = subresource === 'status' ? withStatus(kind, old, draft) : merged(old, draft, kind.status);
  if (old.metadata.deletionTimestamp) {
    const added = ((finalizers as string[]) ?? []).filter((one) => !old.metadata.finalizers?.includes(one));
    if (added.length > 0)
      throw invalid(
        kind.kind,
        name,
        `metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${added}`,
      );
    if (!next.metadata.finalizers?.length) return store.remove(kind, old)!;
  }
  return isSame(old, next) ? old : store.put(kind, next);
}

/** By a Pod's status labels and annotations can be changed as well (pkg/registry/core/pod/strategy.go); not by a custom resource's. */
function withStatus(kind: Kind, old: KubeObject, draft: Draft): KubeObject {
  const { labels, annotations } = (draft.metadata ?? {}) as Partial<KubeObject['metadata']>;
  const open = kind.group === '' ? { ...(labels && { labels }), ...(annotations && { annotations }) } : {};
  const { status: _, ...rest } = old;
  const next = { ...rest, metadata: { ...old.metadata, ...open } } as KubeObject;
  return 'status' in draft ? { ...next, status: draft.status } : next;
}

function merged(old: KubeObject, draft: Draft, keepsStatus: boolean): KubeObject {
  const { uid, resourceVersion, creationTimestamp, deletionTimestamp, generation, name, namespace } = old.metadata;
  // Where the status is no subresource, it counts as well.
  const isSameStatus = keepsStatus || isDeepStrictEqual(old.status, draft.status);
  const next = isSameStatus && isDeepStrictEqual(desired(old), desired(draft)) ? generation : generation + 1;
  const own = { uid, resourceVersion, creationTimestamp, generation: next, name };
  const { deletionTimestamp: _, ...metadata } = draft.metadata ?? {};
  const { status: __, ...rest } = draft;
  return {
    ...(keepsStatus ? rest : draft),
    ...(keepsStatus && 'status' in old ? { status: old.status } : {}),
    apiVersion: old.apiVersion,
    kind: old.kind,
    metadata: {
      ...metadata,
      ...own,
      ...(namespace === undefined ? {} : { namespace }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
  };
}

/** DELETE with DeleteOptions. What has finalizers stays, marked, until they are gone. */
export function remove(store: Store, target: Target, options: Draft | undefined): object {
  const { kind, name = '' } = target;
  const old = read(store, target);
  const wanted = (options?.preconditions ?? {}) as { uid?: string; resourceVersion?: string };
  for (const key of ['uid', 'resourceVersion'] as const)
    if (wanted[key] !== undefined && wanted[key] !== old.metadata[key])
      throw conflict(
        qualified(kind),
        name,
        `Precondition failed: ${key} in precondition: ${wanted[key]}, in object meta: ${old.metadata[key]}`,
      );
  if (old.metadata.finalizers?.length) {
    if (old.metadata.deletionTimestamp) return old;
    const { metadata } = old;
    const marked = { ...metadata, deletionTimestamp: now(), generation: metadata.generation + 1 };
    return store.put(kind, { ...old, metadata: marked });
  }
  store.remove(kind, old);
  const details = { name, kind: kind.plural, uid: old.metadata.uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}
