/** One target in a process of its own: `child.ts NAME CASES SEED [PATH]`. Reports to its parent over IPC. */
import { readdirSync } from 'node:fs';
import { check } from './check.ts';
import type { Failure } from './target.ts';
import { type TargetName, targets } from './targets.ts';

const [name = '', cases = '0', seed = '0', path] = process.argv.slice(2);

const stray: string[] = [];
process.on('unhandledRejection', (reason) => stray.push(`unhandled rejection: ${String(reason)}`));

// Whoever asked is gone.
process.once('disconnect', () => process.exit(1));

const openDescriptors = () => readdirSync('/proc/self/fd').length;

function leftovers(before: number): Failure[] {
  const after = openDescriptors();
  const problems = [...stray, ...(after > before ? [`${after - before} descriptors are left open`] : [])];
  return problems.map((error) => ({ seed: Number(seed), path: '', error, input: 'the whole run' }));
}

const target = await targets[name as TargetName].open();
try {
  // The first inputs open what stays open: lazily loaded modules, event loop descriptors.
  await check(target, { cases: 1, seed: Number(seed) }, () => {});
  const before = openDescriptors();
  const plan = { cases: Number(cases), seed: Number(seed), ...(path === undefined ? {} : { path }) };
  const report = await check(target, plan, (chunk) => process.send?.({ chunk }));
  // Rejections are told of after the microtasks of the last input.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const whole = { ...report, failures: [...report.failures, ...leftovers(before)] };
  await new Promise((resolve) => process.send?.({ report: whole }, resolve));
} finally {
  await target.close?.();
}
process.removeAllListeners('disconnect');
process.disconnect?.();
