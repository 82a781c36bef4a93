import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { endedBy, notStarted } from './run.ts';
import type { Ended } from './system.ts';

/** {@link System.isExecutable} */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** {@link System.run} */
export function run(path: string, env: Readonly<Record<string, string>>, stdin: string, timeout: number): Ended {
  const { status, signal, stdout, error } = spawnSync(path, {
    env: { ...process.env, ...env },
    input: stdin,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: Math.ceil(timeout),
    killSignal: 'SIGKILL',
    maxBuffer: 16 * 1024 * 1024,
  });
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  // EPIPE: it did not read its input, which it need not.
  if (error && code !== 'ETIMEDOUT' && code !== 'EPIPE') return notStarted(error);
  return endedBy(status, signal, stdout, code === 'ETIMEDOUT' ? timeout : undefined);
}
