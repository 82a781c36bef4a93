/** How a program ended, in the same words for both builds. */
import type { Ended } from './system.ts';

/** It ran. `killedAfter`: the milliseconds it had, when they were not enough. */
export function endedBy(
  exitCode: number | null,
  signal: string | number | null | undefined,
  stdout: string,
  killedAfter: number | undefined,
): Ended {
  const timedOut = killedAfter !== undefined;
  if (timedOut) {
    return { exitCode: undefined, stdout, timedOut, reason: `killed after ${(killedAfter / 1000).toFixed(1)} s` };
  }
  if (signal || exitCode === null) return { exitCode: undefined, stdout, timedOut, reason: `ended by ${signal}` };
  return { exitCode, stdout, timedOut, reason: `exit code ${exitCode}` };
}

/** It could not be started. */
export function notStarted(error: unknown): Ended {
  const reason = `cannot be started: ${(error as Error).message}`;
  return { exitCode: undefined, stdout: '', timedOut: false, reason };
}
