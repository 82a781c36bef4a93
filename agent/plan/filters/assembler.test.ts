import { expect, test } from '@jest/globals';
import { assemble, goto, label, type Source } from './assembler.ts';
import { byte, half, keep, masked, unless, unlessOneOf, when, whenOneOf, word } from './decisions.ts';
import { instructionsOf, passes } from './interpreter.testing.ts';

const accept = [0x06, 0, 0, 0xffffffff];
const refuse = [0x06, 0, 0, 0];

/** As many instructions as stand between a jump and its label; none decides anything about a frame that begins otherwise. */
function filler(count: number, first = 0xdead_0000): Source {
  return Array.from({ length: count }, (_, i) => when(word(0), first + i, 'drop'));
}

test('a decision becomes a load and a jump; what runs off the end is dropped', () => {
  expect(instructionsOf(assemble(when(half(12), 0x0806, 'pass')))).toEqual([
    [0x28, 0, 0, 12],
    [0x15, 1, 0, 0x0806],
    refuse,
    accept,
  ]);
});

test('what the way to a decision has answered is not asked again', () => {
  const twice = assemble([
    unless(byte(0), 6, 'drop'),
    when(byte(1), 1, 'pass'),
    when(byte(0), 17, 'pass'),
    unless(byte(0), 6, 'pass'),
  ]);
  expect(twice).toEqual(assemble([unless(byte(0), 6, 'drop'), when(byte(1), 1, 'pass')]));
});

test('decisions that end alike share their end', () => {
  const end = (name: string) => [label(name), when(byte(2), 5, 'pass'), goto('drop')];
  const source = [when(byte(0), 1, 'one'), unless(byte(1), 2, 'drop'), end('two'), end('one')];
  expect(instructionsOf(assemble(source))).toHaveLength(8);
});

test('a test of another value takes part in the jump alone', () => {
  const program = assemble([
    when(byte(0), 1, 'one'),
    unless(byte(1), 7, 'drop'),
    goto('pass'),
    label('one'),
    unless(byte(2), 7, 'drop'),
    goto('pass'),
  ]);
  expect(instructionsOf(program).filter(([, , , k]) => k === 7)).toHaveLength(1);
  expect(
    [
      [1, 0, 7],
      [0, 7, 0],
      [1, 7, 0],
      [0, 0, 7],
    ].map((bytes) => passes(program, Uint8Array.from(bytes))),
  ).toEqual([true, true, false, false]);
});

test('what X held before it was set again is forgotten', () => {
  const behindX = { code: 0x50, k: 0 };
  const program = assemble([keep(0), when(behindX, 9, 'drop'), keep(1), when(behindX, 9, 'pass')]);
  expect(passes(program, Uint8Array.of(1, 9))).toBe(true);
  expect(passes(program, Uint8Array.of(9, 9))).toBe(false);
});

test('several tests of one value load it once', () => {
  expect(instructionsOf(assemble(whenOneOf(byte(23), [6, 17], 'pass')))).toEqual([
    [0x30, 0, 0, 23],
    [0x15, 2, 0, 6],
    [0x15, 1, 0, 17],
    refuse,
    accept,
  ]);
});

test('a value is loaded again behind a label, where another may be in the accumulator', () => {
  const program = assemble([
    when(byte(0), 1, 'here'),
    when(byte(1), 1, 'drop'),
    label('here'),
    when(byte(1), 9, 'pass'),
  ]);
  expect(passes(program, Uint8Array.of(1, 9))).toBe(true);
});

test('a masked value is not mistaken for the same value without its mask', () => {
  const program = assemble([when(masked(byte(0), 0xf0), 0x50, 'drop'), when(byte(0), 0x45, 'pass')]);
  expect(passes(program, Uint8Array.of(0x45))).toBe(true);
});

test('a load beyond the frame drops it', () => {
  expect(passes(assemble([when(byte(1), 1, 'drop'), goto('pass')]), Uint8Array.of(0))).toBe(false);
});

test('one of an empty list is never met', () => {
  expect(passes(assemble([unlessOneOf(byte(0), [], 'drop'), goto('pass')]), Uint8Array.of(0))).toBe(false);
});

test.each([254, 256, 300, 2000])('a jump over %i instructions arrives', (distance) => {
  const program = assemble([
    when(byte(0), 1, 'one'),
    unless(byte(0), 2, 'not two'),
    filler(distance),
    goto('pass'),
    label('one'),
    goto('pass'),
    label('not two'),
    goto('drop'),
  ]);
  expect([1, 2, 3].map((first) => passes(program, Uint8Array.of(first, 0, 0, 0)))).toEqual([true, true, false]);
});

test('trampolines that push another jump out of reach get one for it too', () => {
  const program = assemble([
    when(byte(0), 1, 'far'),
    Array.from({ length: 100 }, (_, i) => when(byte(1), i, 'further')),
    filler(150),
    label('far'),
    goto('pass'),
    filler(200, 0xbeef_0000),
    label('further'),
  ]);
  expect(passes(program, Uint8Array.of(1, 0, 0, 0))).toBe(true);
  expect(passes(program, Uint8Array.of(0, 7, 0, 0))).toBe(false);
});

test('a program longer than the kernel takes is refused', () => {
  expect(() => assemble([filler(4098), goto('pass')])).toThrow('filter program of');
});

test('a jump to a label that is missing, repeated or behind it is a mistake', () => {
  expect(() => assemble(goto('nowhere'))).toThrow('label nowhere is not set');
  expect(() => assemble([label('here'), label('here')])).toThrow('label here is set twice');
  expect(() => assemble([label('here'), goto('here')])).toThrow('label here lies before its jump');
});
