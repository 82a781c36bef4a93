/**
 * Writes classic BPF as a list of statements with labels. A program is a list of decisions that jump to
 * `pass` or `drop`; what runs off its end is dropped, like a load beyond the frame, which ends every
 * classic BPF program with 0.
 */
import { CniCode, CniError } from '../../../common/errors.ts';
import type { Instruction } from '../kernel-object.ts';

/** A place in the program: a name, or a symbol where no other statement needs to know it. */
export type Label = string | symbol;

/** What the accumulator is loaded with: an instruction, and a mask applied after it. */
export interface Value {
  readonly code: number;
  readonly k: number;
  readonly mask?: number;
}

export type Statement =
  | { kind: 'load'; value: Value }
  | { kind: 'other'; code: number; k: number }
  | { kind: 'test'; code: number; k: number; to: Label; when: boolean }
  | { kind: 'goto'; to: Label }
  | { kind: 'label'; name: Label };

/** Statements, nested as it reads best. */
export type Source = Statement | readonly Source[];

/** linux/bpf_common.h: size | mode | class, ready to use. */
export const opcode = {
  loadWord: 0x20,
  loadHalf: 0x28,
  loadByte: 0x30,
  loadHalfBehindX: 0x48,
  loadByteBehindX: 0x50,
  loadLength: 0x80,
  setX: 0x01,
  setXToIpv4HeaderLength: 0xb1,
  add: 0x04,
  and: 0x54,
  copyToX: 0x07,
  jump: 0x05,
  jumpIfEqual: 0x15,
  jumpIfAbove: 0x25,
  jumpIfSet: 0x45,
  jumpIfEqualX: 0x1d,
  jumpIfAtLeastX: 0x3d,
  return: 0x06,
} as const;

/**
 * What an allow program returns (net/sched/cls_bpf.c without direct-action): 0 is no match; -1 is a match
 * with the filter's own class, while any other number would become the class and leave a trace in the packet.
 */
const verdict = { noMatch: 0, match: 0xffffffff } as const;

/** BPF_MAXINSNS (linux/bpf_common.h), also cls_bpf's limit for TCA_BPF_OPS. */
const maxInstructions = 4096;

/** Distance that fits into jt and jf. */
const maxShortJump = 255;

/** Marks a place that jumps of earlier statements lead to. */
export function label(name: Label): Statement {
  return { kind: 'label', name };
}

/** Goes on at a later label: `pass`, `drop`, or one of the program's own. */
export function goto(to: Label): Statement {
  return { kind: 'goto', to };
}

/** The program that decides as written. Throws an Error for a label that is missing, repeated or lies behind its jump, a {@link CniError} beyond {@link maxInstructions}. */
export function assemble(source: Source): Instruction[] {
  const end: Source = [label('drop'), returns(verdict.noMatch), label('pass'), returns(verdict.match)];
  const statements = withoutRepeatedLoads(flatten([source, end]));
  const program = encode(statements, layoutOf(statements));
  if (program.length > maxInstructions) {
    throw new CniError(
      CniCode.invalidConfig,
      `filter program of ${program.length} instructions`,
      `the kernel takes at most ${maxInstructions}: use fewer addresses, pool subnets or exposed ports`,
    );
  }
  return program;
}

function returns(k: number): Statement {
  return { kind: 'other', code: opcode.return, k };
}

function flatten(source: Source, into: Statement[] = []): Statement[] {
  if ('kind' in source) into.push(source);
  else for (const part of source) flatten(part, into);
  return into;
}

/** Several tests of one value in a row need it loaded once. */
function withoutRepeatedLoads(statements: Statement[]): Statement[] {
  let loaded: Value | undefined;
  return statements.filter((statement) => {
    if (statement.kind === 'load') {
      const { code, k, mask } = statement.value;
      if (loaded?.code === code && loaded.k === k && loaded.mask === mask) return false;
      loaded = statement.value;
    } else if (statement.kind !== 'test') {
      loaded = undefined;
    }
    return true;
  });
}

/** Where everything lies, with as many trampolines as it takes: each one lengthens the program, so repeat until none is added. */
function layoutOf(statements: Statement[]): Layout {
  const far = new Set<Statement>();
  for (;;) {
    const { positions, labels } = layout(statements, far);
    const before = far.size;
    for (const [index, statement] of statements.entries()) {
      if (statement.kind === 'test' && distance(positions[index]!, statement.to, labels) > maxShortJump) {
        far.add(statement);
      }
    }
    if (far.size === before) return { positions, labels, far };
  }
}

interface Layout {
  positions: number[];
  labels: Map<Label, number>;
  /** The tests whose label lies too far away for 8 bits. */
  far: Set<Statement>;
}

function layout(statements: Statement[], far: Set<Statement>): Omit<Layout, 'far'> {
  const labels = new Map<Label, number>();
  let at = 0;
  const positions = statements.map((statement) => {
    const position = at;
    if (statement.kind === 'label') {
      if (labels.has(statement.name)) throw new Error(`label ${String(statement.name)} is set twice`);
      labels.set(statement.name, position);
    } else {
      const isMasked = statement.kind === 'load' && statement.value.mask !== undefined;
      at += isMasked || far.has(statement) ? 2 : 1;
    }
    return position;
  });
  return { positions, labels };
}

/** Instructions skipped by a jump at `from`: the kernel counts from the next one and knows no way back. */
function distance(from: number, to: Label, labels: Map<Label, number>): number {
  const target = labels.get(to);
  if (target === undefined) throw new Error(`label ${String(to)} is not set`);
  if (target <= from) throw new Error(`label ${String(to)} lies before its jump`);
  return target - from - 1;
}

function encode(statements: Statement[], { positions, labels, far }: Layout): Instruction[] {
  const program: Instruction[] = [];
  for (const [index, statement] of statements.entries()) {
    program.push(...instructionsOf(statement, positions[index]!, far.has(statement), labels));
  }
  return program;
}

function instructionsOf(statement: Statement, at: number, isFar: boolean, labels: Map<Label, number>): Instruction[] {
  switch (statement.kind) {
    case 'label':
      return [];
    case 'load': {
      const { code, k, mask } = statement.value;
      const load: Instruction = [code, 0, 0, k];
      return mask === undefined ? [load] : [load, [opcode.and, 0, 0, mask]];
    }
    case 'other':
      return [[statement.code, 0, 0, statement.k]];
    case 'goto':
      return [[opcode.jump, 0, 0, distance(at, statement.to, labels)]];
    case 'test': {
      const { code, k, when, to } = statement;
      const short = isFar ? 1 : distance(at, to, labels);
      const test: Instruction = when !== isFar ? [code, short, 0, k] : [code, 0, short, k];
      return isFar ? [test, [opcode.jump, 0, 0, distance(at + 1, to, labels)]] : [test];
    }
  }
}
