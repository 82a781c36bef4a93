/** Tells listeners what has changed, and the log what is wrong: each problem once, until it is another. */
import type { Logger } from 'pino';
import { formatProblem, type SourceProblem, type VrfChange } from './vrf-source.ts';

export class Publisher {
  readonly #log: Logger;
  readonly #listeners = new Set<(change: VrfChange) => void>();
  #problems: SourceProblem[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  get problems(): SourceProblem[] {
    return [...this.#problems];
  }

  /** All problems there are now; those that are new are logged. */
  report(now: SourceProblem[]): void {
    const known = new Set(this.#problems.map(formatProblem));
    for (const problem of now) {
      const line = formatProblem(problem);
      if (!known.has(line)) this.#log.warn(problem, line);
    }
    this.#problems = now;
  }

  /** Logs a change, if it is one, and tells it to the listeners. */
  publish(change: VrfChange): void {
    if (change.changed.length + change.removed.length === 0) return;
    this.#log.info(change, 'VRFs changed');
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#log.error({ err: error }, 'a listener for changed VRFs failed');
      }
    }
  }

  /** Returns a function that ends it. */
  listen(listener: (change: VrfChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
  }
}
