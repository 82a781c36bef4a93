/** What the agent states of isolation, beside what the packets did: where they differ. */
import type { EvidenceStatement } from '../../common/protocol.ts';
import { type Cell, nameOf, type Wrong } from './cells/cell.ts';
import { aboutTrace, statementsAbout } from './statements-about.ts';
import type { TraceCell } from './traces.ts';
import type { World } from './world.ts';

/** The statements of each attachment, by the name of the pod's namespace. */
export type Evidence = ReadonlyMap<string, readonly EvidenceStatement[]>;

/** How many cells evidence speaks about, and which of them it contradicts. */
export interface Comparison {
  compared: number;
  disagreements: string[];
}

interface Judgement {
  cell: string;
  /** Absent: there is none. */
  statements: readonly EvidenceStatement[] | undefined;
  isWrong: boolean;
}

/** What evidence says of each cell; of one that it has a mapping for and no statement, nothing. */
export function judgements(
  cells: readonly Cell[],
  traces: readonly TraceCell[],
  wrong: readonly Wrong[],
  world: World,
  evidence: Evidence,
): Judgement[] {
  const isWrong = new Set(wrong.map(({ cell }) => cell));
  const pairs = [
    ...cells.map((cell) => ({ cell: nameOf(cell), about: statementsAbout(cell, world) })),
    ...traces.map((cell) => ({ cell: cell.name, about: aboutTrace(cell, world) })),
  ];
  return pairs.map(({ cell, about }) => {
    const found = about.map(({ of, text }) => (evidence.get(of) ?? []).filter((one) => text.test(one.text)));
    const isWhole = found.length > 0 && found.every((some) => some.length > 0);
    return { cell, statements: isWhole ? found.flat() : undefined, isWrong: isWrong.has(cell) };
  });
}

const holds = ({ verdict }: EvidenceStatement) => verdict === 'holds';

/**
 * Of a sound scene, where each statement holds: a cell and its statements differ where they hold though the cell is wrong,
 * or the cell is right and one does not hold. A cell without a statement is not compared.
 */
export function compare(all: readonly Judgement[]): Comparison {
  const compared = all.filter(({ statements }) => statements !== undefined);
  const differ = compared.filter(({ statements = [], isWrong }) => statements.every(holds) === isWrong);
  return { compared: compared.length, disagreements: differ.map(inWords) };
}

/**
 * Of a damaged scene: a cell that is wrong though all that is stated of it holds. One that is right though a statement is
 * broken is none: it is closed twice.
 */
export function untold(all: readonly Judgement[]): string[] {
  return all.filter(({ statements = [], isWrong }) => isWrong && statements.every(holds)).map(inWords);
}

function inWords({ cell, statements = [], isWrong }: Judgement): string {
  const said = statements.map(({ text, verdict, reason }) => `${text} ${verdict} (${reason ?? ''})`).join(', ');
  return `${cell}: ${isWrong ? 'wrong' : 'right'} by packets, but evidence says: ${said || 'nothing'}`;
}
