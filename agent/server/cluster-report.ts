/**
 * What the cluster sees of this node: objects, events, annotations and status, after the fact. It looks at what there is and
 * says what has changed since; nothing is lost that happens while nobody looks, and an ADD pays for none of it.
 */
import type { Logger } from 'pino';
import type { AddRequest } from '../../common/protocol.ts';
import { type Attached, AttachmentObjects } from '../kube/attachments.ts';
import { Census } from '../kube/census.ts';
import type { KubeClient } from '../kube/client.ts';
import { PodEvents } from '../kube/events.ts';
import { NetworkStatuses, networkStatusOf } from '../kube/network-status.ts';
import type { KnownPod, Pods } from '../kube/pods.ts';
import { VrfStatuses } from '../kube/vrf-status-writer.ts';
import { Writer } from '../kube/writer.ts';
import type { KubernetesSource } from '../sources/kubernetes.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { Agent } from './agent.ts';
import { AilmentNews, AttachFailures } from './cluster-events.ts';
import { VrfWords } from './cluster-vrfs.ts';
import { lookAgain } from './evidence.ts';
import { podUid } from './identity.ts';
import type { Observer } from './observer.ts';
import { takeCensus } from './vrf-census.ts';

export interface ClusterOptions {
  client: KubeClient;
  pods: Pods;
  source: KubernetesSource;
  nodeName: string;
}

/** In milliseconds: how often it looks, and how soon after something has happened. */
const interval = 1_000;
const soon = 100;
/** In looks: what the kernel is asked about, and only while something is wrong. */
const kernelLooks = 5;

export class ClusterReport implements Observer {
  readonly #agent: Agent;
  readonly #options: ClusterOptions;
  readonly #log: Logger;
  readonly #writer: Writer;
  readonly #objects: AttachmentObjects;
  readonly #statuses: NetworkStatuses;
  readonly #vrfs: VrfStatuses;
  readonly #words: VrfWords;
  readonly #census: Census;
  readonly #failures: AttachFailures;
  readonly #news: AilmentNews;
  /** By container; CNI_ARGS has them, a record has not. */
  readonly #uids = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #look = 0;
  #wasAway = false;

  constructor(agent: Agent, options: ClusterOptions, log: Logger) {
    const { client, nodeName, pods, source } = options;
    this.#agent = agent;
    this.#options = options;
    this.#log = log;
    this.#writer = new Writer({ client, log, isTold: () => source.reach.outage !== undefined });
    source.reach.onBack(() => this.#writer.hurry());
    this.#objects = new AttachmentObjects({ client, writer: this.#writer, nodeName });
    this.#statuses = new NetworkStatuses(this.#writer);
    this.#vrfs = new VrfStatuses({ writer: this.#writer, nodeName });
    this.#words = new VrfWords(agent, source);
    const isAttachedHere = (vrf: string) => agent.isAttached(vrf);
    const census = { client, writer: this.#writer, source, nodeName, isAttachedHere };
    this.#census = new Census({ client, log, take: (signal) => takeCensus(census, signal) });
    const events = new PodEvents(this.#writer, nodeName, log);
    this.#failures = new AttachFailures(events, pods);
    this.#news = new AilmentNews(events);
  }

  /** Looks from now on; keeps no process alive. */
  start(): void {
    const { pods, source } = this.#options;
    pods.onChange(() => this.#schedule(soon));
    source.onChange(() => this.#schedule(soon));
    this.#schedule(soon);
    this.#census.start();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#census.stop();
    this.#writer.stop();
    this.#options.pods.stop();
  }

  attached(request: AddRequest): void {
    const uid = podUid(request.args);
    if (uid !== '') this.#uids.set(request.containerId, uid);
    this.#census.nudge();
    this.#schedule(soon);
  }

  detached(): void {
    this.#census.nudge();
    this.#schedule(soon);
  }

  failed(request: AddRequest, error: unknown): void {
    this.#words.failed(request);
    this.#failures.tell(request, error);
    this.#schedule(soon);
  }

  #due = Number.POSITIVE_INFINITY;

  /** Not later than in `wait` milliseconds; what happens until then is one look. */
  #schedule(wait: number): void {
    const due = performance.now() + wait;
    if (due >= this.#due) return;
    this.#due = due;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tick(), wait);
    this.#timer.unref();
  }

  #tick(): void {
    this.#due = Number.POSITIVE_INFINITY;
    try {
      this.#sync();
    } catch (error) {
      this.#log.error(
        { error: (error as Error).message },
        'the cluster is not told of what has changed: will be tried again',
      );
    }
    this.#schedule(interval);
  }

  #sync(): void {
    const { attachments, leaving } = this.#agent;
    this.#look += 1;
    if (this.#look % kernelLooks === 0) lookAgain(this.#agent);
    this.#notice();
    const records = attachments.list().filter((record) => record.owner.pod !== '' && !leaving.has(record));
    const rows = records.map((record) => this.#row(record));
    this.#objects.sync(rows);
    this.#statuses.sync(this.#networkStatuses(rows));
    this.#news.sync(rows);
    const words = this.#words.now(this.#look % kernelLooks === 1);
    if (words) this.#vrfs.sync(words, (name) => this.#options.source.seen(name));
    const containers = new Set(attachments.list().map(({ owner }) => owner.containerId));
    for (const id of this.#uids.keys()) if (!containers.has(id)) this.#uids.delete(id);
  }

  /** After an outage: what others have done meanwhile, garbage collection for one, was not seen. */
  #notice(): void {
    const isAway = this.#options.source.outage?.() !== undefined;
    if (this.#wasAway && !isAway) this.#objects.forget();
    this.#wasAway = isAway;
  }

  #row(record: AttachmentRecord): Attached {
    const { owner, attachment } = record;
    const { namespace, pod, containerId } = owner;
    const { vrf, interface: name, addresses, mac } = attachment;
    const uid = this.#uids.get(containerId) ?? '';
    return {
      namespace,
      pod,
      uid: (this.#options.pods.of(namespace, pod, uid)?.uid ?? uid) || undefined,
      vrf: vrf.name,
      interface: name,
      addresses,
      mac,
      ailment: this.#agent.degraded.ailmentOf(record),
    };
  }

  #networkStatuses(rows: readonly Attached[]) {
    const byPod = Map.groupBy(rows, ({ namespace, pod }) => this.#options.pods.get(namespace, pod));
    return [...byPod].flatMap(([pod, own]) =>
      pod === undefined ? [] : [{ pod, own: own.filter(({ uid }) => uid === pod.uid).map(entry) }].filter(hasOwn),
    );
  }
}

const entry = ({ vrf, interface: name, addresses, mac }: Attached) => networkStatusOf(vrf, name, addresses, mac);

const hasOwn = ({ own }: { pod: KnownPod; own: readonly unknown[] }): boolean => own.length > 0;
