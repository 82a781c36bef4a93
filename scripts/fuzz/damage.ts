/** Directories in which somebody, or a full disk, or a crash, has left anything but what belongs there. */
import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { mutatedBytes } from './mutate/bytes.ts';
import { mutatedJson } from './mutate/json.ts';

const kinds = [
  'text',
  'text',
  'text',
  'text',
  'bytes',
  'directory',
  'full',
  'dangling',
  'loop',
  'pipe',
  'zero',
] as const;

/** One entry of a directory: a file with this content, or something that is no file. */
export interface Damage {
  name: string;
  kind: (typeof kinds)[number];
  text: string;
  bytes: Buffer;
}

const strangeNames = [
  '.json',
  ',.json',
  ',,.json',
  '%zz.json',
  '%00.json',
  '..%2F..%2Fescape,x.json',
  '%2E%2E.json',
  'a b\n.json',
  '\u202e💥.json',
  '__proto__.json',
  // With another suffix it is longer than names can be (255 bytes).
  `${'x'.repeat(245)}.json`,
  'c0,net1.json.tmp',
  'c0,net1.json.bad',
  'c0,net1.json~',
];

/** Entries named as in `names`, or strangely, with content derived from `originals`. */
export function damages(names: readonly string[], originals: readonly unknown[]): fc.Arbitrary<Damage[]> {
  const name = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...names) },
    { weight: 1, arbitrary: fc.constantFrom(...strangeNames) },
  );
  const bytes = mutatedBytes(originals.map((original) => Buffer.from(`${JSON.stringify(original)}\n`)));
  const damage = fc.record({ name, kind: fc.constantFrom(...kinds), text: mutatedJson(originals), bytes });
  return fc.uniqueArray(damage, { minLength: 1, maxLength: 5, selector: (one) => one.name });
}

/** Lays damaged entries; the special files are linked from `depot`, since making one takes a process. */
export class Depot {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory);
    const made = spawnSync('sh', ['-ec', `mkfifo ${directory}/pipe; mknod ${directory}/zero c 1 5`]);
    if (made.status !== 0) throw new Error(String(made.stderr));
  }

  lay(directory: string, { name, kind, text, bytes }: Damage): void {
    const path = join(directory, name);
    rmSync(path, { recursive: true, force: true });
    if (kind === 'text') writeFileSync(path, text);
    else if (kind === 'bytes') writeFileSync(path, bytes);
    else if (kind === 'directory') mkdirSync(path);
    else if (kind === 'full') mkdirSync(join(path, 'inner.json'), { recursive: true });
    else if (kind === 'dangling') symlinkSync('/nowhere', path);
    else if (kind === 'loop') symlinkSync(name, path);
    else linkSync(join(this.#directory, kind), path);
  }
}
