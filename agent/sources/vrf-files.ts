/** The VRF files of a directory, re-read only when they have changed. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readVrfText, type VrfText } from './yaml-vrfs.ts';

/** A file as it was read last; without `stamp` it is read again. */
interface CachedFile {
  stamp?: string;
  text: VrfText;
}

/** Larger than any ConfigMap (1 MiB), small enough to parse at once. */
const maxBytes = 4 * 1024 * 1024;

/** Time stamps are as coarse as the kernel's tick: a file this young may change again without its stamp changing. */
const restlessMs = 100;

/** Files of one directory, by name, with what they define. */
export class VrfFiles {
  readonly #directory: string;
  #cache = new Map<string, CachedFile>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** All `*.yaml` and `*.yml` files, sorted by name, but hidden ones. Throws what readdir throws. */
  read(): Map<string, VrfText> {
    const names = readdirSync(this.#directory).filter((name) => /^[^.].*\.ya?ml$/.test(name));
    const next = new Map<string, CachedFile>();
    for (const name of names.sort()) {
      const file = this.#readFile(name, this.#cache.get(name));
      if (file) next.set(name, file);
    }
    this.#cache = next;
    return new Map([...next].map(([name, { text }]) => [name, text]));
  }

  /** Undefined for what is no regular file, and for one that is gone (a ConfigMap's link whose key was removed). */
  #readFile(name: string, cached: CachedFile | undefined): CachedFile | undefined {
    const path = join(this.#directory, name);
    try {
      const stat = statSync(path, { bigint: true });
      if (!stat.isFile()) return undefined;
      const stamp = [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ');
      if (cached?.stamp === stamp) return cached;
      if (stat.size > maxBytes) {
        return { stamp, text: unreadable(name, `has ${stat.size} bytes; a VRF file has at most ${maxBytes}`) };
      }
      const text = readVrfText(name, readFileSync(path, 'utf8'));
      const restless = Math.abs(Date.now() - Number(stat.ctimeMs)) < restlessMs;
      return restless ? { text } : { stamp, text };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      return { text: unreadable(name, `cannot be read: ${(error as Error).message}`) };
    }
  }
}

const unreadable = (file: string, message: string): VrfText => ({
  drafts: [],
  broken: new Set(),
  unreadable: true,
  problems: [{ file, message }],
});
