/**
 * Whether the API server can be reached, told once for all who ask it. While it cannot, its port is looked at every second: who waits
 * before trying again need not wait for longer than the outage.
 */
import type { Logger } from 'pino';
import { isOpen } from './tcp-probe.ts';

/** Milliseconds between two looks at a port that is closed; nodes look, and come back, at different moments. */
const often = 1_000;

export class Reach {
  readonly #server: string;
  readonly #log: Logger;
  readonly #failing = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  #since = 0;
  #isQuiet: boolean;
  #isTold = false;
  #wasClosed = false;
  #knock: NodeJS.Timeout | undefined;

  /** `server` is its URL. With `isQuiet` nothing is logged until {@link open}. */
  constructor(server: string, log: Logger, isQuiet = false) {
    this.#server = server;
    this.#log = log;
    this.#isQuiet = isQuiet;
  }

  /** Why `what`, such as `VRFs`, cannot be followed; undefined when it can. */
  failing(what: string): string | undefined {
    const reason = this.#failing.get(what);
    return reason === undefined ? undefined : `${this.#server}: ${reason}`;
  }

  /** The same of whatever cannot be followed: who notices an outage first tells all. */
  get outage(): string | undefined {
    const [what] = this.#failing.keys();
    return what === undefined ? undefined : this.failing(what);
  }

  /** Ends the quiet; an outage is logged now, unless the caller has logged it in words of its own. */
  open(isTold: boolean): void {
    this.#isQuiet = false;
    this.#isTold = isTold;
    this.#tell();
  }

  /** To be called at each failure; the first of an outage is logged. */
  failed(what: string, reason: string): void {
    if (this.#failing.size === 0) {
      this.#since = Date.now();
      this.#look();
    }
    this.#failing.set(what, reason);
    this.#tell();
  }

  /** To be called when `what` is followed again; the end of the outage, for all, is logged. */
  well(what: string): void {
    if (!this.#failing.delete(what) || this.#failing.size > 0) return;
    clearTimeout(this.#knock);
    if (this.#isTold) {
      const seconds = Math.round((Date.now() - this.#since) / 1000);
      this.#log.info({ server: this.#server, seconds }, 'the Kubernetes API is followed again');
    }
    this.#isTold = false;
    this.#back();
  }

  /** Calls `listener` when it is worth trying again what has failed. */
  onBack(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #tell(): void {
    const [first] = this.#failing;
    if (this.#isQuiet || this.#isTold || !first) return;
    this.#isTold = true;
    const [what, reason] = first;
    this.#log.warn(
      { server: this.#server, what, reason },
      'the Kubernetes API cannot be followed: what is known stays in force',
    );
  }

  /** A port that stays open while requests fail tells nothing. */
  #look(): void {
    clearTimeout(this.#knock);
    this.#knock = setTimeout(
      async () => {
        const isThere = await isOpen(this.#server);
        if (this.#failing.size === 0) return;
        if (isThere && this.#wasClosed) this.#back();
        this.#wasClosed = !isThere;
        this.#look();
      },
      often * (0.5 + Math.random()),
    ).unref();
  }

  #back(): void {
    for (const listener of this.#listeners) listener();
  }
}
