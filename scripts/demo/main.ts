/**
 * Two customers with the same addresses, an unprivileged BGP speaker for each, on one node: real sessions, isolation
 * probes, an agent that comes and goes. Writes build/demo.json; fails when anything of it does not hold.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Lab } from '../../test/support/lab.ts';
import { Speakers } from '../../test/support/speakers.ts';
import { play } from './play.ts';
import { bad, good, line, say } from './story.ts';

const output = resolve(import.meta.dirname, '../../build');

for (const file of ['multivrf', 'multivrf-agent.mjs']) {
  if (!existsSync(join(output, file))) throw new Error(`build/${file} is missing: run "make build" first`);
}
if (process.getuid?.() !== 0) throw new Error('the demo makes network namespaces: run it as root');

// So that a demo that does not get to its end leaves none of an earlier one.
rmSync(join(output, 'demo.json'), { force: true });
const speakers = await Speakers.open();
const lab = Lab.open();

async function cleanUp(): Promise<void> {
  await lab.close();
  await speakers.close();
}

let interrupted = false;
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
] as const) {
  process.once(signal, async () => {
    interrupted = true;
    say('\ninterrupted: cleaning up');
    await cleanUp();
    process.exit(128 + number);
  });
}

try {
  const { report, failures } = await play(lab, speakers);
  mkdirSync(output, { recursive: true });
  writeFileSync(join(output, 'demo.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  say();
  for (const failure of failures) line(bad(failure));
  const { sessions, isolation, seconds } = report;
  const established = sessions.filter(({ state }) => state === 'Established').length;
  const summary = `${established} of ${sessions.length} sessions Established, ${isolation.leaks} leaks in ${isolation.probes} probes, ${report.leftovers} leftovers, ${seconds} s`;
  say(failures.length === 0 ? good(summary) : bad(summary));
  if (report.backend === 'namespace') {
    say('\nThe same with VRF devices, in a kernel that has them:');
    say('   scripts/test-kernel.sh node_modules/node/bin/node scripts/demo/main.ts');
  }
  process.exitCode = failures.length === 0 ? 0 : 1;
} catch (error) {
  if (!interrupted) {
    say(bad(`\nthe demo failed: ${(error as Error).message}`));
    process.exitCode = 1;
  }
} finally {
  if (!interrupted) await cleanUp();
}
