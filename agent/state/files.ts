/** Files replaced as a whole and removed with care. */
import { lstatSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CniCode, CniError } from '../../common/errors.ts';

/**
 * Whatever happens, there is the old content or the new one. What is in the way and no file is moved aside. Throws
 * CniError ioFailure when the file system refuses.
 */
export function replaceFile(path: string, text: string): void {
  try {
    // With its encoding said Node opens, writes and closes in one go.
    writeFileSync(`${path}.tmp`, text, { encoding: 'utf8', mode: 0o600 });
    rename(`${path}.tmp`, path);
  } catch (error) {
    rmSync(`${path}.tmp`, { force: true });
    throw failure('written', path, error);
  }
}

function rename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
    removeFile(to);
    renameSync(from, to);
  }
}

/**
 * Removes a file, if there is one. A directory is not of our making: it is moved aside, as `PATH.….bad`. Throws
 * CniError ioFailure when the file system refuses.
 */
export function removeFile(path: string): void {
  // Of a read-only file system not even what is not there can be removed.
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (!status) return;
  try {
    if (status.isDirectory()) renameSync(path, aside(path));
    else unlinkSync(path);
  } catch (error) {
    throw failure('removed', path, error);
  }
}

function failure(what: string, path: string, error: unknown): CniError {
  if (error instanceof CniError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const advice = code === 'ENOSPC' ? 'make room on the disk of' : 'the agent needs to write to';
  return new CniError(
    CniCode.ioFailure,
    `state file ${path} cannot be ${what}: ${message}`,
    `${advice} ${dirname(path)}`,
    {
      cause: error,
    },
  );
}

/** Of a name as long as names can be (255 bytes) only the beginning is kept. */
function aside(path: string): string {
  const name = Buffer.from(basename(path)).subarray(0, 200).toString('utf8');
  return join(dirname(path), `${name}.${Date.now()}.bad`);
}
