/** Records that outlive the agent: one JSON file each, replaced atomically. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file that is there but is no record, and why. */
export interface UnreadableRecord {
  file: string;
  reason: string;
}

/** The records of one directory, in memory and on disk. Names become file names, whatever characters they have. */
export class JsonDirectory<T> {
  readonly #directory: string;
  readonly #records = new Map<string, T>();
  /** What was found on opening and is no record; left as it is, until one of that name is put. */
  readonly unreadable: readonly UnreadableRecord[];

  /** Makes the directory if need be and reads it. `check` says what is wrong with a file's content, if anything. */
  constructor(directory: string, check: (value: unknown) => string | undefined) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.unreadable = readdirSync(directory).flatMap((name) => {
      if (!name.endsWith('.json')) return [];
      const file = join(directory, name);
      try {
        const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
        const wrong = check(value);
        if (wrong !== undefined) return [{ file, reason: wrong }];
        this.#records.set(name, value as T);
        return [];
      } catch (error) {
        return [{ file, reason: (error as Error).message }];
      }
    });
  }

  get(...name: string[]): T | undefined {
    return this.#records.get(fileName(name));
  }

  /** A crash leaves the old record or the new one. */
  put(record: T, ...name: string[]): void {
    const file = fileName(name);
    const path = join(this.#directory, file);
    writeFileSync(`${path}.tmp`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
    this.#records.set(file, record);
  }

  remove(...name: string[]): void {
    const file = fileName(name);
    rmSync(join(this.#directory, file), { force: true });
    this.#records.delete(file);
  }

  list(): T[] {
    return [...this.#records.values()];
  }
}

/** The comma is escaped inside the parts, so that no two names share a file. */
function fileName(parts: readonly string[]): string {
  return `${parts.map(encodeURIComponent).join(',')}.json`;
}
