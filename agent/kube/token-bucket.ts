/** A token bucket: so many at once, and from then on so many a second. */
export class TokenBucket {
  readonly #size: number;
  readonly #rate: number;
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  /** `rate` is a second; `now` is in milliseconds. */
  constructor(size: number, rate: number, now: () => number = () => performance.now()) {
    this.#size = size;
    this.#rate = rate;
    this.#now = now;
    this.#tokens = size;
    this.#at = now();
  }

  /** Takes a token if there is one. */
  try(): boolean {
    this.#fill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Takes a token, and resolves when there is one: in the order of the calls. */
  async take(): Promise<void> {
    this.#fill();
    this.#tokens -= 1;
    if (this.#tokens >= 0) return;
    const wait = (-this.#tokens / this.#rate) * 1000;
    await new Promise((wake) => setTimeout(wake, wait));
  }

  #fill(): void {
    const now = this.#now();
    this.#tokens = Math.min(this.#size, this.#tokens + ((now - this.#at) / 1000) * this.#rate);
    this.#at = now;
  }
}
