/**
 * Whether multivrf is being removed from the cluster. Only a plain answer of the API server counts: its silence never does,
 * nor does a refusal, since roles and ServiceAccount may go first.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ApiError, reasonOf } from './api-error.ts';
import { Backoff } from './backoff.ts';
import type { KubeClient } from './client.ts';
import { Informer } from './informer.ts';
import type { KubeObject } from './object.ts';
import { podPath } from './pod-object.ts';

export interface InstallationOptions {
  client: KubeClient;
  log: Logger;
  nodeName: string;
  /** The agent's own pod. */
  namespace: string;
  pod: string;
}

/** In milliseconds: for an answer, and then for word from the watch. */
const patience = { answer: 2_000, watch: 3_000 };

/** Who cannot learn of a removal attaches pods all the same: this is no outage to tell of. */
const unheard = { failed: () => {}, well: () => {}, onBack: () => {} };

interface OwnNode extends KubeObject {
  status?: { nodeInfo?: { containerRuntimeVersion?: string } };
}

export class Installation {
  readonly #options: InstallationOptions;
  readonly #stopping = new AbortController();
  /**
   * The namespace, not the DaemonSet, is what is watched: each pod that becomes ready changes the DaemonSet's status, which
   * every node would be told. A namespace's end is the DaemonSet's as well, and cannot be called off.
   */
  readonly #namespaces: Informer<{ isGoing: boolean }>;
  readonly #gone = Promise.withResolvers<void>();
  #daemonSet: string | undefined;
  #runtime = '';

  constructor(options: InstallationOptions) {
    this.#options = options;
    const { client, log, namespace } = options;
    this.#namespaces = new Informer<{ isGoing: boolean }>({
      client,
      reach: unheard,
      log,
      what: 'Namespace',
      path: '/api/v1/namespaces',
      query: { fieldSelector: `metadata.name=${namespace}` },
      keep: (object, known) => (known?.isGoing === isGoing(object) ? known : { isGoing: isGoing(object) }),
      changed: () => {
        if (!this.#isNamespaceGoing) return;
        log.info({ namespace }, 'the namespace is being deleted, and multivrf with it');
        this.#gone.resolve();
      },
    });
    void this.#learn();
  }

  /** Such as `containerd://2.1.9`; empty when it is not known. */
  get runtime(): string {
    return this.#runtime;
  }

  /**
   * Whether the DaemonSet of the agent's pod, or the namespace, is deleted, also if something still holds it. A DaemonSet of that
   * name which is not is wanted, whoever made it. Never throws; takes 5 s at most, and that only without an answer.
   */
  async isRemoved(): Promise<boolean> {
    const { namespace } = this.#options;
    const [own, daemonSet] = await Promise.all([
      this.#isGone(`/api/v1/namespaces/${namespace}`),
      this.#daemonSet && this.#isGone(`/apis/apps/v1/namespaces/${namespace}/daemonsets/${this.#daemonSet}`),
    ]);
    // What the watch has told stands until a newer answer says otherwise.
    if ((own ?? this.#isNamespaceGoing) || daemonSet === true) return true;
    if (daemonSet === false) return false;
    // The role that allows the question may have gone a moment before the namespace; a watch that is open goes on without it.
    await Promise.race([this.#gone.promise, sleep(patience.watch)]);
    return this.#isNamespaceGoing;
  }

  stop(): void {
    this.#stopping.abort();
    this.#namespaces.stop();
  }

  get #isNamespaceGoing(): boolean {
    if (!this.#namespaces.isSynced) return false;
    return this.#namespaces.get(this.#options.namespace)?.isGoing ?? true;
  }

  /** Undefined when there is no plain answer. */
  async #isGone(path: string): Promise<boolean | undefined> {
    const { client, log } = this.#options;
    try {
      return isGoing(await client.request<KubeObject>({ path, timeout: patience.answer }));
    } catch (error) {
      // Of a path that it does not know a proxy, or a server that is starting, says 404 in other words.
      if (error instanceof ApiError && error.code === 404 && error.reason === 'NotFound') return true;
      log.debug({ path, reason: reasonOf(error) }, 'whether it still exists is not known');
      return undefined;
    }
  }

  /** What does not change in the life of the pod, asked for until it is known. */
  async #learn(): Promise<void> {
    const { client, log, namespace, pod, nodeName } = this.#options;
    const { signal } = this.#stopping;
    const backoff = new Backoff();
    while (!signal.aborted) {
      try {
        const node = await client.request<OwnNode>({ path: `/api/v1/nodes/${nodeName}`, signal });
        this.#runtime = node.status?.nodeInfo?.containerRuntimeVersion ?? '';
        const { metadata } = await client.request<KubeObject>({ path: podPath(namespace, pod), signal });
        const owner = metadata.ownerReferences?.find(({ controller }) => controller);
        if (owner?.kind === 'DaemonSet') this.#daemonSet = owner.name;
        log.debug({ daemonSet: this.#daemonSet, runtime: this.#runtime }, 'installation known');
        return;
      } catch (error) {
        log.debug({ pod: `${namespace}/${pod}`, reason: reasonOf(error) }, 'installation not known yet');
      }
      await sleep(backoff.next(), undefined, { signal }).catch(() => {});
    }
  }
}

const isGoing = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;
