/** Paths at which there is anything but what belongs there. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const making = `
  mkfifo pipe
  mknod zero c 1 5
  mkdir directory
  : >file
  ln -s pipe link
  ln -s loop loop
  ln -s nowhere dangling
`;

/** Makes them in `directory`, which exists. */
export function makeOddPaths(directory: string): string[] {
  const made = spawnSync('sh', ['-ec', making], { cwd: directory });
  if (made.status !== 0) throw new Error(String(made.stderr));
  const names = ['pipe', 'zero', 'directory', 'file', 'link', 'loop', 'dangling', 'file/below', 'pipe/below'];
  return names.map((name) => join(directory, name));
}
