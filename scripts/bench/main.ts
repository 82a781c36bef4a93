/**
 * Every question of docs/performance.md beside its peer, in the same run and in turn: these machines are noisy, so that only
 * medians and ratios say anything. Writes build/bench.json; groups of questions by name (`main.ts growth`) replace theirs there.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { execaSync } from 'execa';
import { apart } from './apart.ts';
import { bursts } from './bursts.ts';
import { churn } from './churn.ts';
import type { Answer, Group } from './group.ts';
import { growth } from './growth.ts';
import { inside } from './inside.ts';
import { kubernetes } from './kubernetes-add.ts';
import { kubernetesNode } from './kubernetes-node.ts';
import { onePod } from './one-pod.ts';
import { restart } from './restart.ts';
import { brief, type Row, table } from './rows.ts';
import { awaitCalm, countStolen } from './stolen.ts';
import { traffic } from './traffic.ts';
import { vrfPlugin } from './vrf-plugin.ts';

const groups: Record<string, Group> = {
  onePod,
  bursts,
  inside,
  growth,
  restart,
  traffic,
  churn,
  kubernetes,
  kubernetesNode,
  vrfPlugin,
};
/** Of `--quick`: the others need longer to say anything. */
const daily = ['onePod', 'bursts', 'inside'];

const file = 'build/bench.json';

/** A group of which more than this share of time was stolen is measured again, so many times at most. */
const disturbed = 0.1;
const attempts = 3;
/** Seconds for the machine to come to rest before that. */
const patience = 180;

interface Report {
  rows: Row[];
  notes: Record<string, unknown>;
}

function measured(group: string, quick: boolean): Answer | undefined {
  const answer = `build/bench/${group}.json`;
  const self = [process.execPath, process.argv[1]!, ...(quick ? ['--quick'] : []), '--inside', group];
  const [program, ...flags] = apart;
  const { exitCode } = execaSync(program, [...flags, ...self], { stdio: 'inherit', reject: false });
  if (exitCode !== 0) return undefined;
  return JSON.parse(readFileSync(answer, 'utf8')) as Answer;
}

/** The least disturbed of a few attempts: chosen by what was stolen, never by what came out. */
function calmest(group: string): Answer | undefined {
  let best: Answer | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const stolen = countStolen();
    const answer = measured(group, false);
    if (!answer) return best;
    const share = Number(stolen().toFixed(3));
    const rows = answer.rows.map((row) => ({ ...row, stolen: share }));
    if (share < least) [best, least] = [{ ...answer, rows }, share];
    if (share <= disturbed) return best;
    const percent = (100 * share).toFixed(0);
    const then = attempt < attempts ? 'measured again' : 'the least disturbed attempt counts';
    process.stdout.write(
      `\n${table(rows)}${group}: ${percent} % of its time was stolen by this machine's host: ${then}\n`,
    );
    if (attempt < attempts) awaitCalm(disturbed / 2, patience);
  }
  return best;
}

function main(names: readonly string[], quick: boolean): number {
  const unknown = names.find((name) => !groups[name]);
  if (unknown !== undefined) throw new Error(`no group ${unknown}; there are ${Object.keys(groups).join(', ')}`);
  const report: Report =
    names.length > 0 && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : { rows: [], notes: {} };
  report.notes ??= {};
  const failed: string[] = [];
  const asked: Row[] = [];
  for (const group of names.length > 0 ? names : quick ? daily : Object.keys(groups)) {
    const answer = quick ? measured(group, true) : calmest(group);
    if (!answer) {
      failed.push(group);
      continue;
    }
    asked.push(...answer.rows);
    process.stdout.write(quick ? brief(answer.rows) : `\n${table(answer.rows)}`);
    report.rows = [
      ...report.rows.filter(({ question }) => !answer.rows.some((row) => row.question === question)),
      ...answer.rows,
    ];
    Object.assign(report.notes, answer.notes);
  }
  if (!quick) {
    writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write(`\n${table(report.rows)}\n`);
  }
  if (failed.length > 0) process.stdout.write(`could not be measured: ${failed.join(', ')}\n`);
  // The whole run is for the page that tells what is short and why; the daily one is a gate.
  return failed.length === 0 && (!quick || asked.every(({ ok }) => ok)) ? 0 : 1;
}

const [quick, inner] = ['--quick', '--inside'].map((flag) => process.argv.includes(flag));
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
mkdirSync('build/bench', { recursive: true });
if (inner) {
  const answer = await groups[names[0]!]!(quick!);
  writeFileSync(`build/bench/${names[0]}.json`, JSON.stringify(answer));
} else process.exitCode = main(names, quick!);
