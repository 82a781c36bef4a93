/** Whether the state is of this boot: of another one nothing is left in the kernel. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFile, replaceFile } from './files.ts';

/** Another one on every boot (man 4 random). */
const bootIdFile = '/proc/sys/kernel/random/boot_id';

/**
 * `same`: an agent has run on this directory since the node booted. `unknown`: none has said so, the directory being
 * new, or an older agent's. `other`: it was a former boot's, and is empty now.
 */
export type Boot = 'same' | 'unknown' | 'other';

/** Drops the records in these subdirectories of `directory` if they are of a former boot; says how many those were. */
export function dropFormerBoot(directory: string, records: readonly string[]): { boot: Boot; dropped: number } {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'boot');
  const id = readFileSync(bootIdFile, 'utf8').trim();
  const known = readBoot(file);
  if (known === id) return { boot: 'same', dropped: 0 };
  // Before the new id is written: a crash in between drops again.
  const dropped = known === undefined ? 0 : drop(records.map((name) => join(directory, name)));
  replaceFile(file, `${id}\n`);
  return { boot: known === undefined ? 'unknown' : 'other', dropped };
}

/** Undefined when there is none, or what is there is none: live attachments are not forgotten for a damaged file. */
function readBoot(file: string): string | undefined {
  try {
    const id = readFileSync(file, 'utf8').trim();
    return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

function drop(directories: readonly string[]): number {
  const files = directories.flatMap(recordsIn);
  for (const file of files) removeFile(file);
  return files.length;
}

function recordsIn(directory: string): string[] {
  try {
    const names = readdirSync(directory).filter((name) => name.endsWith('.json'));
    return names.map((name) => join(directory, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
