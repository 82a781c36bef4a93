/** Lines of the table: a figure of ours beside its peer's, or beside a limit. */
import { median, quantile } from './statistics.ts';

/** `ratio` is ours to the peer's: that of the medians, or the median of what each pair of measurements has. */
export interface Row {
  question: string;
  ours: number;
  peer: number;
  peerName: string;
  ratio: number;
  /** What the ratio is to be at most; of throughput (Gbit/s), at least. */
  goal: number;
  ok: boolean;
  unit: 'ms' | 'µs' | 'MiB' | 'Gbit/s' | 'objects';
  /** Measurements of ours behind the median; the peer's are as many. */
  runs: number;
  /** Of ours, in `unit`. */
  p99: number;
  /** Share of the time of its group that the machine's host gave to others, from 0 to 1; not counted of the daily ones. */
  stolen?: number;
}

const rounded = (value: number) => Number(value.toPrecision(4));

/** Compares medians; measurements in `unit`, of which there are as many of the peer. */
export function compare(
  question: string,
  peerName: string,
  goal: number,
  ours: readonly number[],
  peer: readonly number[],
  unit: Row['unit'] = 'ms',
  exact = median(ours) / median(peer),
): Row {
  const ratio = Math.round(exact * 1000) / 1000;
  return {
    question,
    ours: rounded(median(ours)),
    peer: rounded(median(peer)),
    peerName,
    ratio,
    goal,
    ok: unit === 'Gbit/s' ? ratio >= goal : ratio <= goal,
    unit,
    runs: ours.length,
    p99: rounded(quantile(ours, 0.99)),
  };
}

/** Compares each measurement with the peer's right beside it: where both drift by more than they differ, medians tell nothing. */
export function comparePairs(
  question: string,
  peerName: string,
  goal: number,
  ours: readonly number[],
  peer: readonly number[],
  unit: Row['unit'],
): Row {
  const ratios = ours.map((value, i) => value / peer[i]!);
  return compare(question, peerName, goal, ours, peer, unit, median(ratios));
}

/** Compares with what the goal says outright: the peer is the limit. */
export function limited(question: string, limit: number, ours: readonly number[], unit: Row['unit']): Row {
  return compare(question, 'the limit', 1, ours, [limit], unit);
}

function goalOf({ unit, goal }: Row): string {
  return `${unit === 'Gbit/s' ? '≥' : '≤'} ${goal}`;
}

/** A table for people. */
export function table(rows: readonly Row[]): string {
  const head = ['question', 'ours', 'peer', 'unit', 'ratio', 'goal', 'p99', 'runs', 'stolen', 'peer is'];
  const lines = rows.map((row) => [
    row.question,
    row.ours.toFixed(2),
    row.peer.toFixed(2),
    row.unit,
    row.ratio.toFixed(2),
    goalOf(row),
    row.p99.toFixed(2),
    String(row.runs),
    row.stolen === undefined ? '' : `${(100 * row.stolen).toFixed(0)} %`,
    `${row.peerName}${row.ok ? '' : '  MISSED'}`,
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...lines].map((cells) => cells[i]!.length)));
  const left = (i: number) => i === 0 || i === head.length - 1;
  return [head, ...lines]
    .map((cells) => cells.map((cell, i) => (left(i) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** The same for daily use: `name ours peer ratio goal ok|short` a line. */
export function brief(rows: readonly Row[]): string {
  return rows
    .map(({ question, ours, peer, ratio, goal, ok }) =>
      [question, ours, peer, ratio, goal, ok ? 'ok' : 'short'].join(' ').concat('\n'),
    )
    .join('');
}
