/** Files replaced as a whole and removed with care. */
import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Whatever happens, there is the old content or the new one. What is in the way and no file is moved aside. */
export function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text, { mode: 0o600 });
  if (isDirectory(path)) removeFile(path);
  renameSync(`${path}.tmp`, path);
}

/** Removes a file, if there is one. A directory is not of our making: it is moved aside, as `PATH.….bad`. */
export function removeFile(path: string): void {
  if (isDirectory(path)) renameSync(path, aside(path));
  else rmSync(path, { force: true });
}

/** Of a name as long as names can be (255 bytes) only the beginning is kept. */
function aside(path: string): string {
  const name = Buffer.from(basename(path)).subarray(0, 200).toString('utf8');
  return join(dirname(path), `${name}.${Date.now()}.bad`);
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
