/** Real bytes with something done to them. */
import fc from 'fast-check';

/** Lengths, counts and flags that code likes to get wrong. */
const extremes = [0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0xffffffff];

interface Change {
  what: 'flip' | 'byte' | 'u16' | 'u32' | 'cut' | 'remove' | 'repeat' | 'splice' | 'noise';
  /** Where, in 65,536ths of the length. */
  at: number;
  length: number;
  value: number;
  noise: Uint8Array;
}

const change: fc.Arbitrary<Change> = fc.record({
  what: fc.constantFrom('flip', 'byte', 'u16', 'u32', 'cut', 'remove', 'repeat', 'splice', 'noise'),
  at: fc.nat(0xffff),
  length: fc.integer({ min: 1, max: 64 }),
  value: fc.oneof(fc.constantFrom(...extremes), fc.nat(0xffffffff)),
  noise: fc.uint8Array({ minLength: 1, maxLength: 16 }),
});

function write(bytes: Buffer, at: number, value: number, size: number): Buffer {
  const copy = Buffer.from(bytes);
  // Aligned, as the fields of most formats are.
  const offset = Math.min(at - (at % size), copy.length - size);
  if (offset >= 0) copy.writeUIntLE(value % 256 ** size, offset, size);
  return copy;
}

function apply(bytes: Buffer, { what, at: place, length, value, noise }: Change, other: Buffer): Buffer {
  const at = Math.floor((place * bytes.length) / 0x10000);
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (what) {
    case 'flip':
      return bytes.length === 0 ? bytes : write(bytes, at, (bytes[at] ?? 0) ^ (1 << (value & 7)), 1);
    case 'byte':
      return write(bytes, at, value, 1);
    case 'u16':
      return write(bytes, at, value, 2);
    case 'u32':
      return write(bytes, at, value, 4);
    case 'cut':
      return head;
    case 'remove':
      return Buffer.concat([head, tail.subarray(length)]);
    case 'repeat':
      return Buffer.concat([head, tail.subarray(0, length), tail]);
    case 'splice':
      return Buffer.concat([head, other.subarray(Math.floor((place * other.length) / 0x10000))]);
    case 'noise':
      return Buffer.concat([head, noise, tail]);
  }
}

/** One of `originals`, changed in one to four places. */
export function mutatedBytes(originals: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const pick = fc.constantFrom(...originals);
  return fc
    .tuple(pick, fc.array(change, { minLength: 1, maxLength: 4 }), pick)
    .map(([original, changes, other]) => changes.reduce((bytes, one) => apply(bytes, one, other), original));
}
