/** What is written to the API, after the fact: in turn, at a bounded rate, and again until it is done. */
import type { Logger } from 'pino';
import { ApiError, reasonOf } from './api-error.ts';
import type { Backoff } from './backoff.ts';
import type { KubeClient, KubeRequest } from './client.ts';
import { type Job, PacedQueue } from './paced-queue.ts';
import { TokenBucket } from './token-bucket.ts';

export interface WriterOptions {
  client: KubeClient;
  log: Logger;
  /** Of writes; default that of a kubelet: 50 a second, 100 at once. */
  bucket?: TokenBucket;
  backoff?: Backoff;
  /** Whether an outage is logged by others already. */
  isTold?: () => boolean;
}

/** Milliseconds for which a job that the API refused is not tried again. */
const refusal = 60_000;
/** Tries of a write that others come before. */
const tries = 8;

/** What fails for a reason that passes is tried again; what is refused is logged, and left alone for a minute. */
export class Writer {
  readonly #client: KubeClient;
  readonly #log: Logger;
  readonly #bucket: TokenBucket;
  readonly #queue: PacedQueue;
  readonly #refused = new Map<string, number>();
  #stopped = false;

  constructor({ client, log, bucket = new TokenBucket(100, 50), backoff, isTold = () => false }: WriterOptions) {
    this.#client = client;
    this.#log = log;
    this.#bucket = bucket;
    this.#queue = new PacedQueue({
      ...(backoff && { backoff }),
      patience: (key, error) => (isPassing(error) ? askedFor(error) : this.#giveUp(key, error)),
      failing: (key, error) => {
        if (isTold()) return false;
        log.warn({ key, reason: reasonOf(error) }, 'the Kubernetes API takes nothing: what is to be written waits');
        return true;
      },
      well: (waiting) => log.info({ waiting }, 'the Kubernetes API takes what is written to it again'),
    });
  }

  /** Whether nothing is tried at the moment, because the last try has failed. */
  get isPaused(): boolean {
    return this.#queue.isPaused;
  }

  /** Has `job` done as soon as possible, as {@link PacedQueue.put} does, unless it has been refused a short while ago. Never throws. */
  put(key: string, job: Job, options?: { once: boolean }): void {
    const until = this.#refused.get(key) ?? 0;
    if (this.#stopped || until > Date.now()) return;
    this.#refused.delete(key);
    this.#queue.put(key, job, options);
  }

  /** For jobs: one request, a write when its turn has come. Throws what a request throws. */
  async send<T>(request: KubeRequest): Promise<T> {
    if ((request.method ?? 'GET') !== 'GET') await this.#bucket.take();
    return this.#client.request<T>(request);
  }

  /** For jobs: `attempt` again as long as others write at the same time (409). It has to read anew each time. */
  async untilAgreed(attempt: () => Promise<void>): Promise<void> {
    for (let left = tries; ; left--) {
      try {
        await attempt();
        return;
      } catch (error) {
        if (left <= 1 || !(error instanceof ApiError) || error.code !== 409) throw error;
        await new Promise((wake) => setTimeout(wake, Math.random() * 50 * 2 ** (tries - left)));
      }
    }
  }

  /** Does what waits without waiting longer, to be called when that has a chance. */
  hurry(): void {
    this.#queue.hurry();
  }

  stop(): void {
    this.#stopped = true;
    this.#queue.stop();
  }

  #giveUp(key: string, error: unknown): undefined {
    this.#log.warn({ key, reason: reasonOf(error) }, 'the Kubernetes API refuses what is written to it');
    const now = Date.now();
    for (const [other, until] of this.#refused) if (until <= now) this.#refused.delete(other);
    this.#refused.set(key, now + refusal);
  }
}

/** Of what the API answers, and what a connection fails with, that which is not about this request but about the server, or about the others. */
function isPassing(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof SyntaxError) return false;
  return !(error instanceof ApiError) || error.code >= 500 || [401, 409, 429].includes(error.code);
}

const askedFor = (error: unknown): number => (error instanceof ApiError ? (error.retryAfter ?? 0) : 0);
