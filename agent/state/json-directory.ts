/** Records that outlive the agent: one JSON file each, replaced atomically. */
import { lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { removeFile, replaceFile } from './files.ts';

/** A file that is there but is no record, and why. */
export interface UnreadableRecord {
  file: string;
  reason: string;
  /** What it was put under, as its file name tells. */
  name: readonly string[];
}

/** Says what is wrong with a file's content, which was put under `name`, if anything. */
export type Check = (value: unknown, name: readonly string[]) => string | undefined;

/** The records of one directory, in memory and on disk. Names become file names, whatever characters they have. */
export class JsonDirectory<T> {
  readonly #directory: string;
  readonly #records = new Map<string, T>();
  readonly #unreadable = new Map<string, UnreadableRecord>();

  /** Makes the directory if need be, reads it, and clears away what a crash left half written. */
  constructor(directory: string, check: Check) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const file of readdirSync(directory)) {
      if (file.endsWith('.json.tmp')) removeFile(this.#path(file));
      if (file.endsWith('.json')) this.#read(file, check);
    }
  }

  #path(file: string): string {
    return `${this.#directory}/${file}`;
  }

  #read(file: string, check: Check): void {
    const path = this.#path(file);
    let name: readonly string[] = [];
    try {
      name = namesIn(file);
      // A pipe would hold the agent up for ever.
      if (!lstatSync(path).isFile()) throw new Error('not a regular file');
      const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
      const wrong = check(value, name);
      if (wrong !== undefined) throw new Error(wrong);
      this.#records.set(file, value as T);
    } catch (error) {
      this.#unreadable.set(file, { file: path, reason: (error as Error).message, name });
    }
  }

  /** What was found on opening and is no record: left as it is until it is discarded, or a record of its name is put. */
  get unreadable(): UnreadableRecord[] {
    return [...this.#unreadable.values()];
  }

  get(...name: string[]): T | undefined {
    return this.#records.get(fileName(name));
  }

  /** A crash leaves the old record or the new one. */
  put(record: T, ...name: string[]): void {
    const file = fileName(name);
    replaceFile(this.#path(file), `${JSON.stringify(record)}\n`);
    this.#records.set(file, record);
    this.#unreadable.delete(file);
  }

  remove(...name: string[]): void {
    const file = fileName(name);
    removeFile(this.#path(file));
    this.#records.delete(file);
    this.#unreadable.delete(file);
  }

  list(): T[] {
    return [...this.#records.values()];
  }

  /** The names of all files on disk at this moment, readable or not. */
  namesOnDisk(): (readonly string[])[] {
    return readdirSync(this.#directory).flatMap((file) => {
      try {
        return file.endsWith('.json') ? [namesIn(file)] : [];
      } catch {
        return [];
      }
    });
  }
}

/** The comma is escaped inside the parts, so that no two names share a file. */
function fileName(parts: readonly string[]): string {
  return `${parts.map(encodeURIComponent).join(',')}.json`;
}

function namesIn(file: string): string[] {
  return file.slice(0, -'.json'.length).split(',').map(decodeURIComponent);
}
