/** Word of the agent to whoever keeps its installation: multivrf is being removed from the cluster. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** What the note says besides. */
export interface RemovalNote {
  /** Leave the binary: pods that run may end with the chain that they were started with. */
  keepPlugin: boolean;
}

/** Leaves the note, whole or not at all. Throws what the file system says. */
export function leaveNote(path: string, { keepPlugin }: RemovalNote): void {
  writeFileSync(`${path}.tmp`, `${JSON.stringify({ keepPlugin })}\n`);
  renameSync(`${path}.tmp`, path);
}

/** Takes back the note that an earlier run may have left. Throws what the file system says. */
export function takeBackNote(path: string): void {
  rmSync(path, { force: true });
}

/** The note; undefined when there is none. Throws an error that names the file when what is there is no note. */
export function readNote(path: string): RemovalNote | undefined {
  try {
    const note = JSON.parse(readFileSync(path, 'utf8')) as { keepPlugin?: unknown } | null;
    if (typeof note?.keepPlugin !== 'boolean') throw new Error('keepPlugin is neither true nor false');
    return { keepPlugin: note.keepPlugin };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Error(`${path} is no note of the agent’s, and nothing is removed: ${message}`, { cause: error });
  }
}
