/**
 * Writes classic BPF as a list of statements with labels. A program is a list of decisions that jump to
 * `pass` or `drop`; what runs off its end is dropped, like a load beyond the frame, which ends every
 * classic BPF program with 0.
 */
import { CniCode, CniError } from '../../../common/errors.ts';
import type { Program } from '../kernel-object.ts';
import { DecisionGraph, type Node } from './decision-graph.ts';
import { withoutKnownTests } from './jump-threading.ts';
import { layOut } from './layout.ts';
import { lower } from './lowering.ts';
import { type Instruction, programOf } from './program.ts';

/** A place in the program: a name, or a symbol where no other statement needs to know it. */
export type Label = string | symbol;

/** What the accumulator is loaded with: an instruction, and a mask applied after it, or a number added. */
export interface Value {
  readonly code: number;
  readonly k: number;
  readonly mask?: number;
  readonly plus?: number;
}

export type Statement =
  | { kind: 'test'; value: Value; code: number; k: number; to: Label; when: boolean }
  /** Instructions without a jump that leave something in X, whatever was in A and X. */
  | { kind: 'setX'; instructions: readonly Instruction[] }
  | { kind: 'goto'; to: Label }
  | { kind: 'label'; name: Label };

/** Statements, nested as it reads best. */
export type Source = Statement | readonly Source[];

/** BPF_MAXINSNS (linux/bpf_common.h), also cls_bpf's limit for TCA_BPF_OPS. */
const maxInstructions = 4096;

/** Marks a place that jumps of earlier statements lead to. */
export function label(name: Label): Statement {
  return { kind: 'label', name };
}

/** Goes on at a later label: `pass`, `drop`, or one of the program's own. */
export function goto(to: Label): Statement {
  return { kind: 'goto', to };
}

/**
 * A short program that decides as written: equal ends of decisions are one, and nothing is asked that the way there has
 * answered. Throws an Error for a label that is missing, repeated or lies behind its jump, a
 * {@link CniError} beyond {@link maxInstructions}.
 */
export function assemble(source: Source): Program {
  const instructions = layOut(lower(withoutKnownTests(graphOf(flatten(source)))));
  if (instructions.length > maxInstructions) {
    throw new CniError(
      CniCode.invalidConfig,
      `filter program of ${instructions.length} instructions`,
      `the kernel takes at most ${maxInstructions}: use fewer addresses, pool subnets or exposed ports`,
    );
  }
  return programOf(instructions);
}

function flatten(source: Source, into: Statement[] = []): Statement[] {
  if ('kind' in source) into.push(source);
  else for (const part of source) flatten(part, into);
  return into;
}

/** From the last statement to the first, since all jumps lead on. */
function graphOf(statements: readonly Statement[]): Node {
  const graph = new DecisionGraph();
  const labels = new Map<Label, Node>([
    ['drop', graph.drop],
    ['pass', graph.pass],
  ]);
  const isAhead = new Set(statements.flatMap((statement) => (statement.kind === 'label' ? [statement.name] : [])));
  const at = (name: Label): Node => {
    const found = labels.get(name);
    if (found) return found;
    throw new Error(`label ${String(name)} ${isAhead.has(name) ? 'lies before its jump' : 'is not set'}`);
  };
  const before = (next: Node, statement: Statement): Node => {
    switch (statement.kind) {
      case 'label':
        if (labels.has(statement.name)) throw new Error(`label ${String(statement.name)} is set twice`);
        labels.set(statement.name, next);
        return next;
      case 'goto':
        return at(statement.to);
      case 'setX':
        return graph.setX(statement.instructions, next);
      case 'test': {
        const to = at(statement.to);
        return statement.when ? graph.test(statement, to, next) : graph.test(statement, next, to);
      }
    }
  };
  return statements.reduceRight(before, graph.drop);
}
