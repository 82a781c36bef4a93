/** How long to wait before the next try: longer each time, and never all nodes at the same moment. */

export interface BackoffTimes {
  /** Upper bound of the first wait, in milliseconds. */
  first: number;
  /** Upper bound of every wait. */
  longest: number;
}

export class Backoff {
  readonly #times: BackoffTimes;
  readonly #random: () => number;
  #tries = 0;

  constructor(times: BackoffTimes = { first: 1000, longest: 30_000 }, random: () => number = Math.random) {
    this.#times = times;
    this.#random = random;
  }

  /** Milliseconds: between a tenth and the whole of a bound that doubles with each call. */
  next(): number {
    const { first, longest } = this.#times;
    const bound = Math.min(longest, first * 2 ** this.#tries);
    this.#tries += 1;
    return bound * (0.1 + 0.9 * this.#random());
  }

  reset(): void {
    this.#tries = 0;
  }
}
