/** Jobs by key: a few at work at once, and none for a while after one has failed for a reason that passes. */
import { Backoff } from './backoff.ts';

/** Brings one thing in the API up to date with what is wanted when it runs. */
export type Job = () => Promise<void>;

interface PacedQueueOptions {
  backoff?: Backoff;
  /**
   * Milliseconds that a failure asks to wait for at least; undefined when it does not pass: that job is given up, and nothing else is
   * held up. Default: each passes.
   */
  patience?: (key: string, error: unknown) => number | undefined;
  /** Jobs fail: called once until they do not. Returns false to be called at the next failure as well. */
  failing: (key: string, error: unknown) => boolean;
  /** Jobs are done again, after `failing`; so many wait. */
  well: (waiting: number) => void;
}

interface Waiting {
  job: Job;
  once: boolean;
}

/** Jobs at work at the same time. */
const parallel = 4;

/** Waits in memory alone: what an agent leaves, the next one finds out by comparing. */
export class PacedQueue {
  readonly #options: PacedQueueOptions;
  readonly #backoff: Backoff;
  readonly #waiting = new Map<string, Waiting>();
  readonly #running = new Map<string, { waiting: Waiting; end: Promise<void> }>();
  #isFailing = false;
  #paused: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: PacedQueueOptions) {
    this.#options = options;
    this.#backoff = options.backoff ?? new Backoff();
  }

  /** Whether nothing is tried at the moment, because the last try has failed. */
  get isPaused(): boolean {
    return this.#paused !== undefined;
  }

  /** Has `job` done as soon as possible; one that waits under the same key is replaced. With `once` it is not tried again. Never throws. */
  put(key: string, job: Job, { once = false } = {}): void {
    this.#waiting.set(key, { job, once });
    // Not now: whoever calls may be serving an ADD.
    setImmediate(() => this.#pump());
  }

  /** Resolves when nothing is done under a key any more, nor will be. */
  async withdraw(key: string): Promise<void> {
    this.#waiting.delete(key);
    const running = this.#running.get(key);
    if (!running) return;
    running.waiting.once = true;
    await running.end;
  }

  /** Does what waits without waiting longer, to be called when that has a chance. */
  hurry(): void {
    this.#backoff.reset();
    this.#resume();
  }

  /** Drops what waits. From now on nothing is tried twice. */
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
      if (this.#paused || this.#running.size >= parallel) return;
      if (this.#running.has(key)) continue;
      this.#waiting.delete(key);
      const end = this.#run(key, waiting).finally(() => {
        this.#running.delete(key);
        this.#pump();
      });
      this.#running.set(key, { waiting, end });
    }
  }

  async #run(key: string, waiting: Waiting): Promise<void> {
    try {
      await waiting.job();
      this.#backoff.reset();
      if (this.#isFailing) this.#options.well(this.#waiting.size);
      this.#isFailing = false;
    } catch (error) {
      const { patience = () => 0, failing } = this.#options;
      const least = patience(key, error);
      if (least === undefined) return;
      if (!this.#isFailing) this.#isFailing = failing(key, error);
      if (this.#stopped) return;
      // Meanwhile something else may be wanted under this key.
      if (!waiting.once && !this.#waiting.has(key)) this.#waiting.set(key, waiting);
      this.#paused ??= setTimeout(() => this.#resume(), Math.max(least, this.#backoff.next())).unref();
    }
  }
}
