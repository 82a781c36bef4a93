/** Programs that run beside what is measured. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** Starts a program whose output is added to the file `log`. It ends with us, also when we are killed. */
export function background(command: readonly string[], log: string, nodeOptions = ''): ChildProcess {
  // A file, not a pipe: this process does not read while it waits for a plugin.
  const output = openSync(log, 'a');
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
    // A session of its own, to which the scheduler gives a share of its own, as to a service of its own on a node.
    detached: true,
    stdio: ['ignore', output, output],
    env: { ...process.env, NODE_OPTIONS: nodeOptions },
  });
  closeSync(output);
  return child;
}
