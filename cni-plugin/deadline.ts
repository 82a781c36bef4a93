/** The end of a call: everything the plugin waits for shares one. */
export class Deadline {
  /** Milliseconds from its making to its end. */
  readonly whole: number;
  // Not a # field: in the plugin's short life its first use shows.
  private readonly end: number;

  constructor(milliseconds: number) {
    this.whole = milliseconds;
    this.end = performance.now() + milliseconds;
  }

  /** Milliseconds that remain, 0 when it is over. */
  get left(): number {
    return Math.max(0, this.end - performance.now());
  }
}
