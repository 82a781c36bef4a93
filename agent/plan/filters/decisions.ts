/** The decisions of which filter programs consist: `when(half(12), 0x0806, 'arp')`. */
import { goto, type Label, label, type Source, type Value } from './assembler.ts';
import { opcode } from './opcode.ts';

/** One byte of the frame, counted from the destination MAC. */
export function byte(at: number): Value {
  return { code: opcode.loadByte, k: at };
}

/** Two bytes of the frame, in network order. */
export function half(at: number): Value {
  return { code: opcode.loadHalf, k: at };
}

/** Four bytes of the frame, in network order. */
export function word(at: number): Value {
  return { code: opcode.loadWord, k: at };
}

/** One byte of the frame, counted from X; see `skipIpv4Header`, `skipIpv6Header`. */
export function byteBehindX(at: number): Value {
  return { code: opcode.loadByteBehindX, k: at };
}

/** Two bytes of the frame, counted from X. */
export function halfBehindX(at: number): Value {
  return { code: opcode.loadHalfBehindX, k: at };
}

/** The bits of a value that are set in the mask. */
export function masked(value: Value, mask: number): Value {
  return { ...value, mask };
}

/** Goes to the label if the value is `k`, else on. */
export function when(value: Value, k: number, to: Label): Source {
  return test(value, opcode.jumpIfEqual, k, to, true);
}

/** Goes to the label if the value is anything but `k`, else on. */
export function unless(value: Value, k: number, to: Label): Source {
  return test(value, opcode.jumpIfEqual, k, to, false);
}

/** Goes to the label if any of the bits is set. */
export function whenSet(value: Value, bits: number, to: Label): Source {
  return test(value, opcode.jumpIfSet, bits, to, true);
}

/** Goes to the label if none of the bits is set. */
export function unlessSet(value: Value, bits: number, to: Label): Source {
  return test(value, opcode.jumpIfSet, bits, to, false);
}

/** Keeps a number for {@link unlessKept}. Uses X. */
export function keep(k: number): Source {
  return { kind: 'setX', instructions: [[opcode.setX, 0, 0, k]] };
}

/** Goes to the label unless the value is the number that was kept last. */
export function unlessKept(value: Value, to: Label): Source {
  return test(value, opcode.jumpIfEqualX, 0, to, false);
}

/** Goes to the label if both values are equal. Uses X. */
export function whenSame(one: Value, other: Value, to: Label): Source {
  return [
    {
      kind: 'setX',
      instructions: [
        [one.code, 0, 0, one.k],
        [opcode.copyToX, 0, 0, 0],
      ],
    },
    test(other, opcode.jumpIfEqualX, 0, to, true),
  ];
}

/** Goes to the label if the frame is shorter than the value and `k` more. Uses X. */
export function whenShorterThan(value: Value, k: number, to: Label): Source {
  return [
    { kind: 'setX', instructions: [[opcode.setXToLength, 0, 0, 0]] },
    test({ ...value, plus: k }, opcode.jumpIfAboveX, 0, to, true),
  ];
}

/** Goes to the label if the value is less than `k`. */
export function unlessAtLeast(value: Value, k: number, to: Label): Source {
  return test(value, opcode.jumpIfAbove, k - 1, to, false);
}

/** Goes to the label if the value lies outside `first`..`last`. */
export function unlessBetween(value: Value, first: number, last: number, to: Label): Source {
  return [unlessAtLeast(value, first, to), test(value, opcode.jumpIfAbove, last, to, true)];
}

/** Goes to the label if the value is one of the list. */
export function whenOneOf(value: Value, list: readonly number[], to: Label): Source {
  return list.map((k) => when(value, k, to));
}

/** Goes to the label unless the value is one of the list. */
export function unlessOneOf(value: Value, list: readonly number[], to: Label): Source {
  const found = Symbol('found');
  return [whenOneOf(value, list, found), goto(to), label(found)];
}

function test(value: Value, code: number, k: number, to: Label, isTrue: boolean): Source {
  return { kind: 'test', value, code, k, to, when: isTrue };
}
