/** Takes the agent's directories away when nothing is recorded in them any more. */
import { rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Removes what stands for nothing in the kernel: what the API said last and, unless there are records in it, readable or not,
 * the whole state directory. The spool goes when it is empty. What cannot be removed stays.
 */
export function clearState(directory: string, spool: string): void {
  for (const name of ['known', 'held']) discard(join(directory, name));
  const records = ['attachments', 'vrfs'].map((name) => removeEmpty(join(directory, name)));
  if (records.every((removed) => removed)) {
    discard(join(directory, 'boot'));
    removeEmpty(directory);
  }
  removeEmpty(spool);
}

function discard(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // It is read by nobody but an agent of ours, which makes it anew.
  }
}

function removeEmpty(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}
