/** Runs every suite this machine can run and adds up what they report. */
import { mkdirSync, readFileSync } from 'node:fs';
import { execa } from 'execa';
import { forgetMatrix } from '../test/matrix/report.ts';
import { hasVrfDevices } from '../test/support/kernel.ts';
import { matrixLine } from './matrix-report.ts';

interface Suite {
  name: string;
  command: readonly string[];
  /** Why it cannot run here. */
  impossible?: string;
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What of jest's --json output counts here. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numRuntimeErrorTestSuites: number;
  testResults: { assertionResults: { status: string; fullName: string }[] }[];
}

const jest = [
  'node_modules/node/bin/node',
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
];
const reports = 'build/test';

/** Installing is a matter of files: it is the same in every kernel, and tried in the first only. */
const dependOnTheKernel = ['kernel', 'matrix', 'speakers', 'chains', 'crash', 'runtime'].map(
  (folder) => `test/${folder}/`,
);

/** One group after the other; those of a group at the same time. */
function suites(): Suite[][] {
  const root = process.getuid?.() === 0 ? {} : { impossible: 'needs root' };
  // Modules of every file stay in memory for good, and half a gigabyte of them is too much for the test kernel.
  const kernel = [...jest, '--selectProjects', 'kernel', '--workerIdleMemoryLimit=150MB', '--verbose'];
  const unit = { name: 'unit', command: [...jest, '--selectProjects', 'unit'] };
  // They wait most of the time: two files at once take two thirds of the time.
  const here = { name: 'kernel', command: [...kernel, '--maxWorkers=2'], ...root };
  const fuzz = { name: 'fuzz', command: [...jest, '--selectProjects', 'fuzz'], ...root };
  const each = [unit, here, fuzz].map((suite) => [suite]);
  if (hasVrfDevices()) return each;
  // The test kernel has one CPU and is slow. There are more of them than CPUs here, for their shares are not of the same size.
  const thirds = ['1', '2', '3'].map((third) => {
    const there = ['scripts/test-kernel.sh', ...kernel, '--maxWorkers=1', `--shard=${third}/3`, ...dependOnTheKernel];
    return {
      name: `vrf-kernel-${third}`,
      command: ['env', 'MULTIVRF_TEST_ONLY=vrf-devices', ...there],
      ...root,
    };
  });
  return [...each, thirds];
}

function readReport(name: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(`${reports}/${name}.json`, 'utf8')) as Report;
  } catch {
    return undefined;
  }
}

async function run({ name, command, impossible }: Suite): Promise<Counts> {
  process.stdout.write(`\n== ${name}\n`);
  if (impossible) {
    process.stdout.write(`skipped: ${name} (${impossible})\n`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const [file, ...args] = [...command, '--json', `--outputFile=${reports}/${name}.json`];
  const began = Date.now();
  // jest prints its JSON on stdout as well; what is for people goes to stderr.
  const result = await execa(file!, args, { reject: false, stdout: 'ignore', stderr: 'inherit', stdin: 'ignore' });
  const report = readReport(name);
  process.stdout.write(`${name}: exit code ${result.exitCode} after ${Math.round((Date.now() - began) / 1000)} s\n`);
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  for (const { status, fullName } of report.testResults.flatMap(({ assertionResults }) => assertionResults)) {
    if (status === 'pending') process.stdout.write(`skipped: ${fullName}\n`);
  }
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  // A run that ends badly without a failed test has failed all the same.
  return {
    passed: report.numPassedTests,
    failed: Math.max(failed, result.exitCode === 0 ? 0 : 1),
    skipped: report.numPendingTests,
  };
}

mkdirSync(reports, { recursive: true });
forgetMatrix();
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const group of suites()) {
  for (const counts of await Promise.all(group.map(run))) {
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
}
process.stdout.write(`\n${matrixLine()}`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
