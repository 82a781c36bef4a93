/** What a burst of pods has taken of memory is given back when it is over. */
import type { Logger } from 'pino';
import { collectGarbage } from '../kube/frugal.ts';
import { trimHeap } from '../netlink/sys/libc.ts';

const mebibyte = 1024 * 1024;

/**
 * V8 keeps for later what it has once taken, and so does malloc, for each thread: after 250 pods 15 MiB of which nothing is in use. Giving
 * it back takes 40 ms, in which nobody is answered: hence not before it is quiet, and only for more than the 4 MiB that young
 * objects take again at once.
 */
export class Rest {
  readonly #log: Logger;
  readonly #quiet: number;
  readonly #worthwhile: number;
  #timer: NodeJS.Timeout | undefined;
  /** Bytes, when it was given back last. */
  #resident = 0;

  /** `quiet` is for how many milliseconds nobody must have asked; `worthwhile` by how many bytes the process must have grown. */
  constructor(log: Logger, quiet = 2_000, worthwhile = 6 * mebibyte) {
    this.#log = log;
    this.#quiet = quiet;
    this.#worthwhile = worthwhile;
  }

  /** To be called whenever somebody asks. */
  disturb(): void {
    if (this.#timer) this.#timer.refresh();
    else this.#timer = setTimeout(() => this.#giveBack(), this.#quiet).unref();
  }

  /** For good. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #giveBack(): void {
    const before = process.memoryUsage.rss();
    if (before < this.#resident + this.#worthwhile) return;
    const began = performance.now();
    collectGarbage();
    trimHeap();
    this.#resident = process.memoryUsage.rss();
    const [from, to] = [before, this.#resident].map((bytes) => Math.round(bytes / mebibyte));
    const milliseconds = Math.round(performance.now() - began);
    this.#log.debug({ from, to, milliseconds }, 'memory given back, in MiB');
  }
}
