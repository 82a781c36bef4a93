/** Running another program, by Bun's own means: nothing of it is loaded before it is used. */
import { fileCalls } from './libc.bun.ts';
import { beHome } from './namespace.bun.ts';
import { endedBy, notStarted } from './run.ts';
import type { Ended } from './system.ts';

const X_OK = 1;

/** {@link System.isExecutable} */
export function isExecutable(path: string): boolean {
  return fileCalls().access(path, X_OK) === 0;
}

/** {@link System.run} */
export function run(path: string, env: Readonly<Record<string, string>>, stdin: string, timeout: number): Ended {
  beHome();
  try {
    const { exitCode, signalCode, stdout, exitedDueToTimeout } = Bun.spawnSync({
      cmd: [path],
      env: { ...process.env, ...env },
      stdin: new TextEncoder().encode(stdin),
      stdout: 'pipe',
      stderr: 'inherit',
      timeout: Math.ceil(timeout),
      killSignal: 'SIGKILL',
    });
    return endedBy(exitCode, signalCode, stdout.toString(), exitedDueToTimeout ? timeout : undefined);
  } catch (error) {
    return notStarted(error);
  }
}
