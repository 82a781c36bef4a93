import { closeSync, constants, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { noteRefused } from './failures.ts';

/** {@link System.writeNote} */
export function writeNote(directory: string, name: string, text: string): void {
  try {
    makeDirectory(directory);
    inDirectory(directory, (path, folder) => {
      const temporary = path(`.${process.pid}.tmp`);
      rmSync(temporary, { force: true });
      const file = openSync(temporary, 'wx', 0o644);
      writeSync(file, text);
      fsyncSync(file);
      closeSync(file);
      renameSync(temporary, path(name));
      fsyncSync(folder);
    });
  } catch (error) {
    throw noteRefused(`${directory}/${name}`, (error as Error).message);
  }
}

/** {@link System.removeNote} */
export function removeNote(directory: string, name: string): void {
  try {
    inDirectory(directory, (path) => rmSync(path(name), { force: true }));
  } catch {
    // A note too many has the agent do again what is done.
  }
}

function makeDirectory(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * The agent, which has fewer rights than we have, must not lead us elsewhere by a symbolic link: the directory
 * is opened as one, and what is in it is named by way of the descriptor.
 */
function inDirectory(directory: string, work: (path: (name: string) => string, folder: number) => void): void {
  const folder = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    work((name) => `/proc/self/fd/${folder}/${name}`, folder);
  } finally {
    closeSync(folder);
  }
}
