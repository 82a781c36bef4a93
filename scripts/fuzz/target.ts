/** What is fuzzed, and what must hold for it. */
import type { Arbitrary } from 'fast-check';

/** One way into the program. */
export interface Target<T = unknown> {
  input: Arbitrary<T>;
  /** How many cases one input holds, where some run at once; default 1. */
  casesPerInput?: number;
  /** After how many cases {@link settle} is called; default 200. */
  casesPerChunk?: number;
  /** False where trying smaller inputs takes too long; default true. */
  shrinks?: boolean;
  /** Throws, or rejects, when the program does what it must never do. */
  run(input: T): void | Promise<void>;
  /** The input as text for the report; default is its source code. */
  show?(input: T): string;
  /** What must hold after many inputs; runs between chunks. */
  settle?(): void | Promise<void>;
  close?(): void | Promise<void>;
}

/** A target, before it is opened. */
export interface TargetEntry {
  /** Of a thousand cases in all. */
  share: number;
  /** In namespaces of its own (network, mounts), with a file system that is read-only but for os.tmpdir(). */
  confined: boolean;
  open(): Promise<Target>;
}

/** One input that broke a promise. */
export interface Failure {
  /** Of the chunk; with `path` it leads to the same input again. */
  seed: number;
  path: string;
  error: string;
  input: string;
}

export interface Report {
  cases: number;
  failures: Failure[];
}

/** Throws with `problem` unless `holds`. */
export function must(holds: boolean, problem: string): asserts holds {
  if (!holds) throw new Error(problem);
}
