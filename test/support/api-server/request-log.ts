/** Who asked for what: the price of a client, in the verbs of RBAC. */

export interface LoggedRequest {
  verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
  /** Plural, with the subresource: `pods/status`. */
  resource: string;
  name: string | undefined;
  query: string;
}

export class RequestLog {
  readonly #entries: LoggedRequest[] = [];

  add(entry: LoggedRequest): void {
    this.#entries.push(entry);
  }

  list(): LoggedRequest[] {
    return [...this.#entries];
  }

  /** `{'list vrfs': 1, …}`. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { verb, resource } of this.#entries) {
      const key = `${verb} ${resource}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  }

  clear(): void {
    this.#entries.length = 0;
  }
}
