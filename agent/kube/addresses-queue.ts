/** Writes about addresses that nobody waits for, by the address's name: tried again until the API takes them. */
import type { Logger } from 'pino';
import { reasonOf } from './api-error.ts';
import { Backoff } from './backoff.ts';

type Job = () => Promise<void>;

/** Jobs at work at the same time. */
const parallel = 4;

export class AddressQueue {
  readonly #log: Logger;
  readonly #backoff = new Backoff();
  readonly #waiting = new Map<string, Job>();
  readonly #running = new Map<string, Promise<void>>();
  #paused: NodeJS.Timeout | undefined;
  #failing = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Has `job` done soon; one that waits for the same address is replaced. Never throws. */
  put(name: string, job: Job): void {
    this.#waiting.set(name, job);
    setImmediate(() => this.#pump());
  }

  /** Resolves when nothing is done about an address any more, nor will be. */
  async withdraw(name: string): Promise<void> {
    this.#waiting.delete(name);
    await this.#running.get(name);
  }

  /** Does what waits without waiting longer, to be called when that has a chance. */
  hurry(): void {
    this.#backoff.reset();
    this.#resume();
  }

  stop(): void {
    this.#waiting.clear();
    clearTimeout(this.#paused);
  }

  #resume(): void {
    clearTimeout(this.#paused);
    this.#paused = undefined;
    this.#pump();
  }

  #pump(): void {
    for (const [name, job] of this.#waiting) {
      if (this.#paused || this.#running.size >= parallel) return;
      if (this.#running.has(name)) continue;
      this.#waiting.delete(name);
      const run = this.#run(name, job).finally(() => {
        this.#running.delete(name);
        this.#pump();
      });
      this.#running.set(name, run);
    }
  }

  async #run(name: string, job: Job): Promise<void> {
    try {
      await job();
      this.#backoff.reset();
      if (this.#failing) this.#log.info({ waiting: this.#waiting.size }, 'addresses are written to the API again');
      this.#failing = false;
    } catch (error) {
      if (!this.#failing)
        this.#log.warn(
          { address: name, reason: reasonOf(error) },
          'addresses cannot be written to the API: will be tried again',
        );
      this.#failing = true;
      // Meanwhile something else may be wanted of the address.
      if (!this.#waiting.has(name)) this.#waiting.set(name, job);
      this.#paused ??= setTimeout(() => this.#resume(), this.#backoff.next()).unref();
    }
  }
}
