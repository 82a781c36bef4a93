/** Whether the API server can be reached, told once for all who ask it. */
import type { Logger } from 'pino';

export class Reach {
  readonly #server: string;
  readonly #log: Logger;
  readonly #failing = new Map<string, string>();
  #since = 0;

  /** `server` is its URL, for the log. */
  constructor(server: string, log: Logger) {
    this.#server = server;
    this.#log = log;
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

  /** To be called at each failure; the first of an outage is logged. */
  failed(what: string, reason: string): void {
    if (this.#failing.size === 0) {
      this.#since = Date.now();
      this.#log.warn(
        { server: this.#server, what, reason },
        'the Kubernetes API cannot be followed: what is known stays in force',
      );
    }
    this.#failing.set(what, reason);
  }

  /** To be called when `what` is followed again; the end of the outage, for all, is logged. */
  well(what: string): void {
    if (!this.#failing.delete(what) || this.#failing.size > 0) return;
    const seconds = Math.round((Date.now() - this.#since) / 1000);
    this.#log.info({ server: this.#server, seconds }, 'the Kubernetes API is followed again');
  }
}
