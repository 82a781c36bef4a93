/** How often we may write to a file that another program may write to as well. Pure. */

/** At most `limit` times within any `window` milliseconds. */
export class RewriteBudget {
  readonly #limit: number;
  readonly #window: number;
  #spent: number[] = [];

  constructor(limit: number, window: number) {
    this.#limit = limit;
    this.#window = window;
  }

  /** Takes note of one at the time `now`, in milliseconds. */
  spend(now: number): void {
    this.#spent = [...this.#spent, now].slice(-this.#limit);
  }

  /** Milliseconds from `now` until the next is allowed; 0 when it is. */
  wait(now: number): number {
    const [oldest = now, ...rest] = this.#spent;
    if (rest.length + 1 < this.#limit) return 0;
    return Math.max(0, oldest + this.#window - now);
  }
}
