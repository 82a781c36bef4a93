/** The end of a call: everything the plugin waits for shares one. */
export class Deadline {
  /** Milliseconds from its beginning to its end. */
  readonly whole: number;
  readonly #end: number;

  /** `since` is in milliseconds after the start of the process; by default it is now. */
  constructor(milliseconds: number, since = performance.now()) {
    this.whole = milliseconds;
    this.#end = since + milliseconds;
  }

  /** Milliseconds that remain, 0 when it is over. */
  get left(): number {
    return Math.max(0, this.#end - performance.now());
  }
}
