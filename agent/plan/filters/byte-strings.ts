/** Decisions about addresses and MACs, which are longer than what can be compared at once. */
import { goto, type Label, label, type Source, type Value } from './assembler.ts';
import { half, masked, unless, word } from './decisions.ts';
import { opcode } from './opcode.ts';

/** Goes to the label if the frame holds `bytes` at `at`; of a prefix only the first `bits`. */
export function whenBytes(at: number, bytes: Uint8Array, to: Label, bits?: number): Source {
  const differs = Symbol('differs');
  return [unlessBytes(at, bytes, differs, bits), goto(to), label(differs)];
}

/** Goes to the label unless the frame holds `bytes` at `at`; of a prefix only the first `bits`. */
export function unlessBytes(at: number, bytes: Uint8Array, to: Label, bits = bytes.length * 8): Source {
  return partsOf(bytes).flatMap(({ offset, size, k }) => {
    const left = Math.min(size * 8, bits - offset * 8);
    const mask = (~0 << (size * 8 - left)) >>> 0;
    const value = size === 4 ? word(at + offset) : half(at + offset);
    if (left <= 0) return [];
    return left === size * 8 ? unless(value, k, to) : unless(masked(value, mask), (k & mask) >>> 0, to);
  });
}

/** Goes to the label if the frame holds one of the byte strings, all of one length, at `at`. */
export function whenAnyBytes(at: number, list: readonly Uint8Array[], to: Label): Source {
  const none = Symbol('none');
  return [unlessAnyBytes(at, list, none), goto(to), label(none)];
}

/** Goes to the label unless the frame holds one of the byte strings, all of one length, at `at`. */
export function unlessAnyBytes(at: number, list: readonly Uint8Array[], to: Label): Source {
  return unlessAnyParts(
    list.map(partsOf),
    ({ offset, size }) => (size === 4 ? word(at + offset) : half(at + offset)),
    to,
  );
}

/** Goes to the label unless one of the addresses is behind X, see {@link keep}. */
export function unlessAnyAddressKept(list: readonly Uint8Array[], to: Label): Source {
  return unlessAnyParts(list.map(partsOf), ({ offset }) => ({ code: opcode.loadWordBehindX, k: offset }), to);
}

/** What is compared at once of a byte string: as long as a load can be. */
interface Part {
  offset: number;
  size: 4 | 2;
  k: number;
}

function partsOf(bytes: Uint8Array): Part[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: Part[] = [];
  for (let offset = 0; offset < bytes.length; offset += parts.at(-1)!.size) {
    parts.push(
      bytes.length - offset >= 4
        ? { offset, size: 4, k: view.getUint32(offset) }
        : { offset, size: 2, k: view.getUint16(offset) },
    );
  }
  return parts;
}

/** Byte strings that begin alike are compared as far as they do at once: a part that differs leaves none of the others. */
function unlessAnyParts(list: readonly Part[][], read: (part: Part) => Value, to: Label): Source {
  if (list.length === 0) return goto(to);
  const found = Symbol('found');
  const among = (alike: readonly Part[][]): Source => {
    const first = alike[0]![0];
    if (!first) return goto(found);
    const byFirst = [...Map.groupBy(alike, ([part]) => part!.k)];
    return byFirst.map(([k, group], i) => {
      const next = Symbol('next');
      return [
        unless(read(first), k, i === byFirst.length - 1 ? to : next),
        among(group.map((parts) => parts.slice(1))),
        label(next),
      ];
    });
  };
  return [among(list), label(found)];
}
