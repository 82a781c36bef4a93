/** What must answer, and what must not. */
import { attack, type Control, control, echoesArrived, type Row } from '../isolation.ts';
import type { RunningPod, Stage } from '../scene.ts';
import { type Check, line, say, section, table } from '../story.ts';

const sum = (list: readonly { probes: number }[]) => list.reduce((total, { probes }) => total + probes, 0);

/** Sends all probes; a leak is one that was answered, or that arrived without an answer. */
export async function showIsolation(
  stage: Stage,
  pods: readonly RunningPod[],
  check: Check,
): Promise<{ probes: number; leaks: number }> {
  section('Isolation');
  const atFirst = await echoesArrived(stage, pods);
  const controls = await control(stage, pods);
  line('what must answer (else silence would mean nothing), by ping and TCP, IPv4 and IPv6:');
  tellControls(controls);
  const before = await echoesArrived(stage, pods);
  const rows = await attack(stage, pods);
  const arrived = (await echoesArrived(stage, pods)) - before;
  say();
  line('what must not:');
  tellRows(rows);
  say();

  const silent = controls.flatMap((one) => one.silent.map(({ address }) => `${one.from} to ${address}`));
  const allowed = sum(controls);
  check(
    silent.length === 0,
    [`${allowed - silent.length} of ${allowed} allowed probes answered`, ...silent].join('; not '),
  );
  const answered = rows.flatMap((row) =>
    row.answered.map(({ address, port }) => `${row.from} by ${row.by} to ${address}${port ? ` port ${port}` : ''}`),
  );
  check(
    answered.length === 0,
    [`${answered.length} of ${sum(rows)} forbidden probes answered`, ...answered].join('; leak: '),
  );
  check(
    before > atFirst && arrived === 0,
    `${before - atFirst} echo requests of the allowed probes arrived, and ${arrived} of the forbidden ones`,
  );
  return { probes: sum(rows), leaks: Math.max(answered.length, arrived) };
}

function tellControls(controls: readonly Control[]): void {
  const rows = controls.map(({ from, to, probes, silent }) => [from, to, `${probes - silent.length} of ${probes}`]);
  table(['from', 'to', 'answered'], rows);
}

/** One line for each pair of places, whatever the ways between them. */
function tellRows(rows: readonly Row[]): void {
  const pairs = Map.groupBy(rows, ({ from, to }) => `${from} ${to}`);
  const cells = [...pairs.values()].map((ways) => {
    const answered = ways.reduce((total, way) => total + way.answered.length, 0);
    return [ways[0]!.from, ways[0]!.to, `${answered} of ${sum(ways)}`, ways.map(({ by }) => by).join(', ')];
  });
  table(['from', 'to', 'answered', 'by way of'], cells);
}
