/**
 * Bad input on every way into the program: no crash, no hang, no unhandled rejection, no descriptor left open, and always
 * one well-formed CNI error. `make fuzz` runs twenty times as much, from another seed each time.
 */
import { expect, test } from '@jest/globals';
import { supervise } from '../../scripts/fuzz/supervise.ts';
import { shares } from '../../scripts/fuzz/targets.ts';

/** Always the same one: a suite that fails must fail again. */
const seed = 1;

test.each(shares(5_000))('%s survives %d cases', async (name, cases) => {
  const report = await supervise(name, { cases, seed });
  expect(report.failures).toEqual([]);
  expect(report.cases).toBeGreaterThanOrEqual(cases);
});
