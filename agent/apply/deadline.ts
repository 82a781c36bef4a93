/** The time one request has, through all its steps: whoever asked has given up afterwards. */
import { CniCode, CniError } from '../../common/errors.ts';

export class Deadline {
  readonly #began = performance.now();
  readonly #milliseconds: number;
  #slowest = { what: () => '', took: 0 };

  /** Counts from now on. */
  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /** Milliseconds left; 0 when it has passed. */
  get left(): number {
    return Math.max(0, this.#began + this.#milliseconds - performance.now());
  }

  /** Does one step; `what` is said of it if it turns out to be the slowest when the time is up. */
  timed<T>(what: () => string, action: () => T): T {
    const began = performance.now();
    try {
      return action();
    } finally {
      this.#note(began, what);
    }
  }

  /**
   * What `work` comes to, which is a step as well. When the time is up before, throws a CniError tryAgainLater that says
   * `what`, and the work goes on without being waited for.
   */
  async within<T>(what: string, work: Promise<T>): Promise<T> {
    const began = performance.now();
    const timer = Promise.withResolvers<never>();
    const timeout = setTimeout(() => timer.reject(this.passed(what)), this.left);
    try {
      return await Promise.race([work, timer.promise]);
    } finally {
      clearTimeout(timeout);
      this.#note(began, () => what);
    }
  }

  #note(began: number, what: () => string): void {
    const took = performance.now() - began;
    if (took > this.#slowest.took) this.#slowest = { what, took };
  }

  /** Throws a CniError tryAgainLater, naming the slowest step so far, when the time is up. */
  check(): void {
    if (this.left > 0) return;
    const { what, took } = this.#slowest;
    const slowest = what();
    throw this.passed(slowest === '' ? 'waiting for its turn' : `the slowest step, ${slowest}, took ${seconds(took)}`);
  }

  /** The error for a request whose time is up, and `why`. */
  passed(why: string): CniError {
    return new CniError(
      CniCode.tryAgainLater,
      `not done within ${seconds(this.#milliseconds)}: ${why}`,
      'what was done has been undone; the runtime tries again. "timeoutSeconds" in the conflist sets the time',
    );
  }
}

function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds.toPrecision(2)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
