/** The pods of this node, as far as they concern us. */
import type { Logger } from 'pino';
import { attachAnnotation } from '../../common/cni.ts';
import { unless } from './api-error.ts';
import type { KubeClient } from './client.ts';
import { Informer } from './informer.ts';
import type { KubeObject } from './object.ts';
import { isOfStatefulSet, mirrorAnnotation, networkStatusAnnotation, podPath } from './pod-object.ts';
import type { Reach } from './reach.ts';

/** What is kept of a pod: there are 250 on a node, of 10 KiB each. */
export interface KnownPod {
  namespace: string;
  name: string;
  uid: string;
  serviceAccount: string;
  /** Value of {@link networkStatusAnnotation}. */
  networkStatus: string | undefined;
  mirrorOf: string | undefined;
  /** Value of multivrf.dev/attach, while the pod is to start or runs. */
  attach: string | undefined;
  /** Whether one of the same name comes after it. */
  statefulSet: boolean;
}

export interface PodsOptions {
  client: KubeClient;
  reach: Reach;
  log: Logger;
  nodeName: string;
}

/** Milliseconds that an ADD waits for the API. */
const patience = 2_000;
/** Pods that were asked for and that the informer has not seen yet. */
const mostAsked = 256;

export class Pods {
  readonly #client: KubeClient;
  readonly #informer: Informer<KnownPod>;
  readonly #asked = new Map<string, KnownPod>();
  readonly #listeners = new Set<() => void>();

  constructor({ client, reach, log, nodeName }: PodsOptions) {
    this.#client = client;
    this.#informer = new Informer<KnownPod>({
      client,
      reach,
      log,
      what: 'Pods',
      path: '/api/v1/pods',
      query: { fieldSelector: `spec.nodeName=${nodeName}` },
      keep: keepPod,
      changed: () => this.#changed(),
    });
  }

  /** Whether there was a whole list since the start: a pod that is not known then is not there. */
  get isSynced(): boolean {
    return this.#informer.isSynced;
  }

  get(namespace: string, name: string): KnownPod | undefined {
    const key = `${namespace}/${name}`;
    return this.#asked.get(key) ?? this.#informer.get(key);
  }

  /** As {@link get}, of the pod with this uid (the one of CNI_ARGS; any if empty): it may have another ServiceAccount than one of its name before. */
  of(namespace: string, name: string, uid: string): KnownPod | undefined {
    const pod = this.get(namespace, name);
    return pod && isPod(pod, uid) ? pod : undefined;
  }

  /** As {@link of}, and asks the API about one that was not seen yet. Throws what a request throws. */
  async ask(namespace: string, name: string, uid: string): Promise<KnownPod | undefined> {
    const known = this.of(namespace, name, uid);
    if (known) return known;
    const path = podPath(namespace, name);
    const object = await unless([404], this.#client.request<KubeObject>({ path, timeout: patience }));
    const pod = object && keepPod(object, undefined);
    if (!pod || !isPod(pod, uid)) return undefined;
    this.#remember(pod);
    return pod;
  }

  list(): KnownPod[] {
    return this.#informer.list();
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  stop(): void {
    this.#informer.stop();
  }

  #remember(pod: KnownPod): void {
    this.#asked.set(`${pod.namespace}/${pod.name}`, pod);
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > mostAsked && oldest !== undefined) this.#asked.delete(oldest);
  }

  #changed(): void {
    for (const [key, { uid }] of this.#asked) if (this.#informer.get(key)?.uid === uid) this.#asked.delete(key);
    for (const listener of this.#listeners) listener();
  }
}

const isPod = (pod: KnownPod, uid: string): boolean => uid === '' || pod.uid === uid || pod.mirrorOf === uid;

function keepPod({ metadata, spec, status }: KubeObject, known: KnownPod | undefined): KnownPod {
  const { namespace = '', name, uid = '', annotations = {}, deletionTimestamp } = metadata;
  const { serviceAccountName } = (spec ?? {}) as { serviceAccountName?: string };
  const { phase } = (status ?? {}) as { phase?: string };
  const isOver = deletionTimestamp !== undefined || phase === 'Succeeded' || phase === 'Failed';
  const networkStatus = annotations[networkStatusAnnotation];
  const attach = isOver ? undefined : annotations[attachAnnotation];
  if (known?.uid === uid && known.networkStatus === networkStatus && known.attach === attach) return known;
  const serviceAccount = serviceAccountName || 'default';
  const mirrorOf = annotations[mirrorAnnotation];
  const statefulSet = isOfStatefulSet(metadata);
  return { namespace, name, uid, serviceAccount, networkStatus, mirrorOf, attach, statefulSet };
}
