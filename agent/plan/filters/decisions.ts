/** The decisions of which filter programs consist: `when(half(12), 0x0806, 'arp')`. */
import { goto, type Label, label, opcode, type Source, type Value } from './assembler.ts';

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

/** Goes to the label if both values are equal. Uses X. */
export function whenSame(one: Value, other: Value, to: Label): Source {
  return [
    { kind: 'load', value: one },
    { kind: 'other', code: opcode.copyToX, k: 0 },
    test(other, opcode.jumpIfEqualX, 0, to, true),
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

/** Goes to the label if the frame holds `bytes` at `at`; of a prefix only the first `bits`. */
export function whenBytes(at: number, bytes: Uint8Array, to: Label, bits = bytes.length * 8): Source {
  const differs = Symbol('differs');
  return [unlessBytes(at, bytes, differs, bits), goto(to), label(differs)];
}

/** Goes to the label unless the frame holds `bytes` at `at`; of a prefix only the first `bits`. */
export function unlessBytes(at: number, bytes: Uint8Array, to: Label, bits = bytes.length * 8): Source {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const decisions: Source[] = [];
  for (let done = 0; done * 8 < bits; ) {
    const size = bytes.length - done >= 4 ? 4 : 2;
    const left = Math.min(size * 8, bits - done * 8);
    const mask = (~0 << (size * 8 - left)) >>> 0;
    const value = size === 4 ? word(at + done) : half(at + done);
    const expected = size === 4 ? view.getUint32(done) : view.getUint16(done);
    decisions.push(
      left === size * 8 ? unless(value, expected, to) : unless(masked(value, mask), (expected & mask) >>> 0, to),
    );
    done += size;
  }
  return decisions;
}

/** Goes to the label if the frame holds one of the byte strings at `at`. */
export function whenAnyBytes(at: number, list: readonly Uint8Array[], to: Label): Source {
  return list.map((bytes) => whenBytes(at, bytes, to));
}

/** Goes to the label unless the frame holds one of the byte strings at `at`. */
export function unlessAnyBytes(at: number, list: readonly Uint8Array[], to: Label): Source {
  const found = Symbol('found');
  return [whenAnyBytes(at, list, found), goto(to), label(found)];
}

function test(value: Value, code: number, k: number, to: Label, isTrue: boolean): Source {
  return [
    { kind: 'load', value },
    { kind: 'test', code, k, to, when: isTrue },
  ];
}
