/**
 * Assembles a program once for all attachments of one shape: they differ in nothing but the numbers that come of a MAC
 * and of addresses, and assembling is the larger part of planning an attachment.
 */
import type { Program } from '../kernel-object.ts';

/** What a program is about. */
export interface Own {
  /** Empty where the program has none: a port could have the number of a placeholder. */
  mac: Uint8Array;
  v4: readonly Uint8Array[];
  v6: readonly Uint8Array[];
}

/** Which k of a program, counted in its 32-bit words, is which number: `word` counts as {@link wordsOf} does. */
interface Gap {
  at: number;
  word: number;
}

interface Template {
  program: Uint32Array<ArrayBuffer>;
  gaps: readonly Gap[];
}

const templates = new Map<string, Template>();

/** Shapes come of the `expose` of VRFs and the number of addresses, so there are few; an endless stream of VRFs must not fill the memory. */
const maxTemplates = 1000;

/** More addresses than an attachment usually has are not worth a template. */
const maxAddresses = 32;

/**
 * What `assemble(own)` returns. Whatever else than the values in `own` decides about the program must be in `shape`; of the
 * values themselves only which of their words are equal.
 */
export function byTemplate(shape: string, own: Own, assemble: (own: Own) => Program): Program {
  if (own.v4.length + own.v6.length > maxAddresses) return assemble(own);
  const words = wordsOf(own);
  const equal = equalities(words);
  const key = `${shape} ${own.v4.length} ${own.v6.length} ${equal}`;
  let template = templates.get(key);
  if (!template) {
    const example = placeholders(own);
    if (equalities(wordsOf(example)) !== equal) return assemble(own);
    if (templates.size >= maxTemplates) templates.clear();
    template = withGaps(assemble(example), wordsOf(example));
    templates.set(key, template);
  }
  return fill(template, words);
}

/** For each word the first one that is equal. */
function equalities(words: readonly number[]): string {
  let text = '';
  for (let i = 0; i < words.length; i++) text += `${words.indexOf(words[i]!)},`;
  return text;
}

/** Every number that a program can hold of `own`, as the programs cut them: words, the rest of a MAC, and solicited-node groups. */
function wordsOf({ mac, v4, v6 }: Own): number[] {
  const words: number[] = [];
  if (mac.length > 0) words.push(word(mac, 0), (mac[4]! << 8) | mac[5]!);
  for (const address of v4) words.push(word(address, 0));
  for (const address of v6) {
    const low = word(address, 12);
    words.push(word(address, 0), word(address, 4), word(address, 8), low, ((0xff << 24) | (low & 0xff_ffff)) >>> 0);
  }
  return words;
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Values that are found nowhere else in a program, of which as many words are equal as in `own`. */
function placeholders({ mac, v4, v6 }: Own): Own {
  const bytes = (value: number) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
  const leading = v6.flatMap((address) => [0, 4, 8].map((at) => word(address, at)));
  const last = v6.map((address) => word(address, 12));
  const groups = last.map((low) => low & 0xff_ffff);
  const leadingLike = (value: number) => bytes(0x5b00_0000 + leading.indexOf(value));
  return {
    mac: Uint8Array.of(0xd2, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5).subarray(0, mac.length),
    v4: v4.map((_, i) => bytes(0x5a00_0000 + i)),
    v6: last.map((low, i) => {
      const start = leading.slice(i * 3, i * 3 + 3).map(leadingLike);
      // Addresses of one group have their last 24 bits in common, and so must these.
      const ofGroup = bytes(0x6050_0000 + last.indexOf(low) * 0x100_0000 + groups.indexOf(groups[i]!));
      const end = leading.includes(low) ? leadingLike(low) : ofGroup;
      return Uint8Array.from([...start, end].flatMap((part) => [...part]));
    }),
  };
}

function withGaps(bytes: Program, words: readonly number[]): Template {
  const program = new Uint32Array(bytes.buffer);
  const gaps: Gap[] = [];
  for (let at = 1; at < program.length; at += 2) {
    const found = words.indexOf(program[at]!);
    if (found >= 0) gaps.push({ at, word: found });
  }
  return { program, gaps };
}

function fill({ program, gaps }: Template, words: readonly number[]): Program {
  const filled = program.slice();
  for (const { at, word: number } of gaps) filled[at] = words[number]!;
  return new Uint8Array(filled.buffer);
}
