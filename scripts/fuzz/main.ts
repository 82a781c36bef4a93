/**
 * `make fuzz`: `main.ts [--cases N] [--seed N] [--target NAME [--path P]]`. Prints counts, writes build/fuzz.json and each
 * failing input below build/fuzz-failures/; exit status 1 when there is any.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { supervise } from './supervise.ts';
import type { Failure, Report } from './target.ts';
import { shares, type TargetName } from './targets.ts';

const folder = 'build/fuzz-failures';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 0x40000000)) },
    target: { type: 'string' },
    path: { type: 'string' },
  },
});
const seed = Number(values.seed);

/** The same bug is usually found many times: each is told of once, all are saved. */
function save(name: string, failures: readonly Failure[]): void {
  const told = new Set<string>();
  for (const [i, { error, input, ...where }] of failures.entries()) {
    const file = `${folder}/${name}-${i}.txt`;
    const again = `node scripts/fuzz/main.ts --target ${name} --seed ${where.seed} ${where.path ? `--path ${where.path}` : '--cases 200'}`;
    writeFileSync(file, `${error}\n\nagain: ${again}\n\ninput:\n${input}\n`);
    const first = (error.split('\n').find((line) => line.trim() !== '') ?? '').slice(0, 160);
    if (told.has(first)) continue;
    told.add(first);
    process.stdout.write(`  ${first}\n  input: ${file}\n`);
  }
}

const plans = shares(Number(values.cases)).filter(([name]) => values.target === undefined || name === values.target);
if (plans.length === 0) throw new Error(`--target ${values.target}: there is none of that name`);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
process.stdout.write(`seed ${seed}\n`);

const results = new Map<TargetName, Report>();
const queue = [...plans];
async function work(): Promise<void> {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [name, share] = next;
    const cases = values.target === undefined ? share : Number(values.cases);
    const began = Date.now();
    const plan = { cases, seed, ...(values.path === undefined ? {} : { path: values.path }) };
    const report = await supervise(name, plan);
    results.set(name, report);
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    process.stdout.write(`${name}: ${report.cases} cases, ${report.failures.length} failures, ${seconds} s\n`);
    save(name, report.failures);
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work));

const sum = (count: (report: Report) => number) => [...results.values()].reduce((total, one) => total + count(one), 0);
const cases = sum((report) => report.cases);
const failures = sum((report) => report.failures.length);
const each = [...results].map(([name, report]) => [name, { cases: report.cases, failures: report.failures.length }]);
writeFileSync(
  'build/fuzz.json',
  `${JSON.stringify({ cases, failures, seed, targets: Object.fromEntries(each) }, null, 2)}\n`,
);
process.stdout.write(`${cases} cases, ${failures} failures\n`);
process.exitCode = failures > 0 ? 1 : 0;
