/** Where tests that kill at every step can run, and where they are worth their time. */
import { availableParallelism } from 'node:os';
import { describe, test } from '@jest/globals';
import { hasStrace } from './strike.ts';

/** The test kernel: one CPU, and every process takes five times as long. It is for what only it has, VRF devices. */
export const isSlow = availableParallelism() === 1;

/** A `describe`; skipped, with the reason in its name, without strace and, unless it is `alsoSlow`, in the test kernel. */
export function describeCrash(name: string, block: () => void, { alsoSlow = false } = {}): void {
  if (!hasStrace) test.skip(`${name}: strace is not installed`, () => {});
  else if (isSlow && !alsoSlow) test.skip(`${name}: shown on a faster kernel, where it is the same`, () => {});
  else describe(name, block);
}
