import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assemble, goto, label, type Source, type Statement } from './assembler.ts';
import { byte, byteBehindX, half, keep, masked } from './decisions.ts';
import { passes } from './interpreter.testing.ts';
import { opcode } from './opcode.ts';
import { type Instruction, programOf } from './program.ts';

/** Carries out the statements one after the other, each as a program of its own: nothing left out, nothing shared. */
function decides(statements: readonly Statement[], frame: Uint8Array): boolean {
  let inX: readonly Instruction[] = [];
  for (let at = 0; at < statements.length; at++) {
    const statement = statements[at]!;
    if (statement.kind === 'setX') {
      inX = statement.instructions;
      if (!passes(programOf([...inX, [opcode.return, 0, 0, 1]]), frame)) return false;
    }
    if (statement.kind !== 'test' && statement.kind !== 'goto') continue;
    if (statement.kind === 'test') {
      const { value, code, k, when } = statement;
      const mask: Instruction[] = value.mask === undefined ? [] : [[opcode.and, 0, 0, value.mask]];
      const load: Instruction[] = [...inX, [value.code, 0, 0, value.k], ...mask];
      const [drop, pass]: Instruction[] = [
        [opcode.return, 0, 0, 0],
        [opcode.return, 0, 0, 1],
      ];
      const isTrue = passes(programOf([...load, [code, 1, 0, k], drop!, pass!]), frame);
      const isFalse = passes(programOf([...load, [code, 0, 1, k], drop!, pass!]), frame);
      if (!isTrue && !isFalse) return false; // Beyond the frame.
      if (isTrue !== when) continue;
    }
    if (statement.to === 'pass' || statement.to === 'drop') return statement.to === 'pass';
    at = statements.findIndex((one) => one.kind === 'label' && one.name === statement.to);
  }
  return false;
}

const value = fc.constantFrom(
  byte(0),
  byte(1),
  byte(2),
  half(0),
  half(2),
  byteBehindX(0),
  byteBehindX(1),
  masked(byte(0), 6),
  masked(byte(1), 1),
);
const condition = fc.oneof(
  fc.record({
    code: fc.constantFrom(opcode.jumpIfEqual, opcode.jumpIfAbove, opcode.jumpIfSet),
    k: fc.integer({ min: 0, max: 5 }),
  }),
  fc.record({
    code: fc.constantFrom(opcode.jumpIfEqual, opcode.jumpIfAbove),
    k: fc.constantFrom(0x0001, 0x0102, 0x0200),
  }),
  fc.record({ code: fc.constantFrom(opcode.jumpIfEqualX, opcode.jumpIfAboveX), k: fc.constant(0) }),
);
const kept: Statement[] = [0, 1, 2].map((k) => keep(k) as Statement);
const sourceByte: Statement = {
  kind: 'setX',
  instructions: [
    [opcode.loadByte, 0, 0, 1],
    [opcode.copyToX, 0, 0, 0],
  ],
};

/** A statement, and how many statements on it jumps. */
const piece = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('test' as const), value, condition, when: fc.boolean(), by: fc.nat(9) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('goto' as const), by: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constantFrom(...kept, sourceByte) },
);

const program = fc.array(piece, { minLength: 1, maxLength: 25 }).map((pieces) =>
  pieces.flatMap((one, i): Statement[] => {
    const mark = label(`${i}`);
    if (one.kind === 'setX') return [mark as Statement, one];
    const far = i + 1 + ('by' in one ? one.by : 0);
    const to = far < pieces.length ? `${far}` : far % 2 ? 'pass' : 'drop';
    if (one.kind === 'goto') return [mark as Statement, goto(to) as Statement];
    if (!('condition' in one)) return [];
    return [mark as Statement, { kind: 'test', value: one.value, ...one.condition, when: one.when, to }];
  }),
);
const frame = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 6 }).map((bytes) => Uint8Array.from(bytes));

test('whatever is left out and shared, a program decides as written', () => {
  fc.assert(
    fc.property(program, fc.array(frame, { minLength: 20, maxLength: 20 }), (statements: Statement[], frames) => {
      const assembled = assemble(statements as Source);
      for (const one of frames) expect(passes(assembled, one)).toBe(decides(statements, one));
    }),
    { numRuns: 1000 },
  );
});
