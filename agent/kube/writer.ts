/** What is written to the API, after the fact: in turn, at a bounded rate, and again until it is done. */
import type { Logger } from 'pino';
import { ApiError, reasonOf } from './api-error.ts';
import { Backoff } from './backoff.ts';
import type { KubeClient, KubeRequest } from './client.ts';
import { TokenBucket } from './writer-bucket.ts';

/** Brings one thing in the API up to date with what is wanted when it runs. */
export type Job = () => Promise<void>;

export interface WriterOptions {
  client: KubeClient;
  log: Logger;
  /** Of writes; default that of a kubelet: 50 a second, 100 at once. */
  bucket?: TokenBucket;
  backoff?: Backoff;
  /** Whether an outage is logged by others already. */
  isTold?: () => boolean;
}

interface Waiting {
  job: Job;
  once: boolean;
}

/** Jobs at work at the same time. */
const parallel = 4;
/** Milliseconds for which a job that the API refused is not tried again. */
const refusal = 60_000;
/** Tries of a write that others come before. */
const tries = 8;

export class Writer {
  readonly #client: KubeClient;
  readonly #log: Logger;
  readonly #bucket: TokenBucket;
  readonly #backoff: Backoff;
  readonly #isTold: () => boolean;
  readonly #waiting = new Map<string, Waiting>();
  readonly #running = new Set<string>();
  readonly #refused = new Map<string, number>();
  #failing: string | undefined;
  #paused: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor({
    client,
    log,
    bucket = new TokenBucket(100, 50),
    backoff = new Backoff(),
    isTold = () => false,
  }: WriterOptions) {
    this.#client = client;
    this.#log = log;
    this.#bucket = bucket;
    this.#backoff = backoff;
    this.#isTold = isTold;
  }

  /** Whether nothing is tried at the moment, because the last try has failed. */
  get isPaused(): boolean {
    return this.#paused !== undefined;
  }

  /** Has `job` done as soon as possible; one that waits under the same key is replaced. With `once` it is not tried again. Never throws. */
  put(key: string, job: Job, { once = false } = {}): void {
    const until = this.#refused.get(key) ?? 0;
    if (this.#stopped || until > Date.now()) return;
    this.#refused.delete(key);
    this.#waiting.set(key, { job, once });
    // Not now: whoever calls may be serving an ADD.
    setImmediate(() => this.#pump());
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
    this.#backoff.reset();
    this.#resume();
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting.clear();
    clearTimeout(this.#paused);
  }

  #resume(): void {
    clearTimeout(this.#paused);
    this.#paused = undefined;
    this.#pump();
  }

  #pump(): void {
    for (const [key, waiting] of this.#waiting) {
      if (this.#stopped || this.#paused || this.#running.size >= parallel) return;
      if (this.#running.has(key)) continue;
      this.#waiting.delete(key);
      void this.#run(key, waiting);
    }
  }

  async #run(key: string, waiting: Waiting): Promise<void> {
    this.#running.add(key);
    try {
      await waiting.job();
      this.#well();
    } catch (error) {
      if (isPassing(error)) this.#again(key, waiting, error);
      else this.#giveUp(key, error);
    } finally {
      this.#running.delete(key);
      this.#pump();
    }
  }

  #well(): void {
    this.#backoff.reset();
    if (this.#failing === undefined) return;
    this.#failing = undefined;
    this.#log.info({ waiting: this.#waiting.size }, 'the Kubernetes API takes what is written to it again');
  }

  #again(key: string, waiting: Waiting, error: unknown): void {
    const reason = reasonOf(error);
    if (!this.#waiting.has(key) && !waiting.once) this.#waiting.set(key, waiting);
    if (this.#failing === undefined && !this.#isTold()) {
      this.#log.warn({ key, reason }, 'the Kubernetes API takes nothing: what is to be written waits');
      this.#failing = reason;
    }
    if (this.#paused || this.#stopped) return;
    const asked = error instanceof ApiError ? (error.retryAfter ?? 0) : 0;
    this.#paused = setTimeout(() => this.#resume(), Math.max(asked, this.#backoff.next())).unref();
  }

  #giveUp(key: string, error: unknown): void {
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

/** The outcome, or undefined if the API answers with one of these codes, as 404. */
export async function unless<T>(codes: readonly number[], outcome: Promise<T>): Promise<T | undefined> {
  try {
    return await outcome;
  } catch (error) {
    if (error instanceof ApiError && codes.includes(error.code)) return undefined;
    throw error;
  }
}
