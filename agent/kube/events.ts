/** Events on Pods (API reference, "Event v1 core"): what `kubectl describe pod` shows of our failures. */
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { brief } from '../../common/printable.ts';
import { unless } from './api-error.ts';
import { timeOf } from './object.ts';
import { TokenBucket } from './token-bucket.ts';
import type { Writer } from './writer.ts';

/** What is told of a pod. */
export interface Telling {
  namespace: string;
  pod: string;
  uid: string;
  type: 'Normal' | 'Warning';
  /** In CamelCase. */
  reason: string;
  message: string;
}

interface Series {
  name: string;
  first: string;
  count: number;
  isWritten: boolean;
}

/** In characters: an API server refuses more. */
const longestMessage = 1024;
/** Kept to be counted on; the oldest goes first. An event is forgotten by the API after an hour. */
const mostSeries = 1024;

export class PodEvents {
  readonly #writer: Writer;
  readonly #log: Logger;
  readonly #nodeName: string;
  readonly #series = new Map<string, Series>();
  /** By uid of the pod: some at once, then one a minute. What is held back is in the next one's count. */
  readonly #buckets = new Map<string, TokenBucket>();
  #dropped = 0;

  constructor(writer: Writer, nodeName: string, log: Logger) {
    this.#writer = writer;
    this.#nodeName = nodeName;
    this.#log = log;
  }

  /** The same again is counted. Never throws; while the API is away it is dropped. */
  tell(telling: Telling): void {
    const { uid, reason, message } = telling;
    const id = createHash('sha256').update([uid, reason, message].join('\0')).digest('hex').slice(0, 16);
    const series = this.#seriesOf(id, telling.pod);
    series.count += 1;
    const bucket = this.#buckets.get(uid) ?? new TokenBucket(5, 1 / 60);
    this.#buckets.delete(uid);
    limit(this.#buckets.set(uid, bucket));
    if (!bucket.try()) return;
    if (this.#writer.isPaused) this.drop();
    else this.#writer.put(`event ${id}`, () => this.#write(series, telling), { once: true });
  }

  #seriesOf(id: string, pod: string): Series {
    const known = this.#series.get(id);
    // A name that no event of an earlier run has.
    const series = known ?? {
      name: `${pod.slice(0, 200)}.${id}${Date.now().toString(16)}`,
      first: timeOf(new Date()),
      count: 0,
      isWritten: false,
    };
    this.#series.delete(id);
    limit(this.#series.set(id, series));
    return series;
  }

  async #write(series: Series, telling: Telling): Promise<void> {
    const path = `/api/v1/namespaces/${telling.namespace}/events`;
    const { count } = series;
    try {
      if (series.isWritten) {
        const body = { count, lastTimestamp: timeOf(new Date()) };
        const contentType = 'application/merge-patch+json';
        const request = { method: 'PATCH', path: `${path}/${series.name}`, contentType, body } as const;
        if (await unless([404], this.#writer.send(request))) return;
      }
      // 404: its namespace is gone. 403: it is about to go.
      const created = await unless(
        [403, 404, 409],
        this.#writer.send({ method: 'POST', path, body: this.#body(series, telling) }),
      );
      series.isWritten = created !== undefined;
      this.#told();
    } catch (error) {
      this.drop();
      throw error;
    }
  }

  #body({ name, first, count }: Series, { namespace, pod, uid, type, reason, message }: Telling): object {
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name: pod, uid },
      type,
      reason,
      message: brief(message, longestMessage),
      source: { component: 'multivrf', host: this.#nodeName },
      reportingComponent: 'multivrf.dev/agent',
      reportingInstance: this.#nodeName,
      firstTimestamp: first,
      lastTimestamp: timeOf(new Date()),
      count,
    };
  }

  /** Counts one that could not even be told. */
  drop(): void {
    this.#dropped += 1;
    if (this.#dropped === 1) this.#log.warn('events on pods are dropped while the Kubernetes API is away');
  }

  #told(): void {
    if (this.#dropped > 0)
      this.#log.warn({ dropped: this.#dropped }, 'events on pods were dropped while the Kubernetes API was away');
    this.#dropped = 0;
  }
}

function limit(map: Map<string, unknown>): void {
  const [oldest] = map.keys();
  if (map.size > mostSeries && oldest !== undefined) map.delete(oldest);
}
