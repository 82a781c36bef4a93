/** Real text with pieces taken out, repeated, moved and put in. */
import fc from 'fast-check';
import { strangeTexts } from './strange.ts';

interface Change {
  what: 'remove' | 'repeat' | 'insert' | 'replace' | 'move';
  /** Where, in 65,536ths of the length. */
  at: number;
  to: number;
  length: number;
  piece: string;
}

function changes(pieces: readonly string[]): fc.Arbitrary<Change[]> {
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...pieces) },
    { weight: 2, arbitrary: fc.constantFrom(...strangeTexts) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
  );
  const one = fc.record({
    what: fc.constantFrom<Change['what'][]>('remove', 'repeat', 'insert', 'replace', 'move'),
    at: fc.nat(0xffff),
    to: fc.nat(0xffff),
    length: fc.integer({ min: 1, max: 24 }),
    piece,
  });
  return fc.array(one, { minLength: 1, maxLength: 4 });
}

function apply(text: string, { what, at, to, length, piece }: Change): string {
  const from = Math.floor((at * text.length) / 0x10000);
  const [head, cut, tail] = [text.slice(0, from), text.slice(from, from + length), text.slice(from + length)];
  switch (what) {
    case 'remove':
      return head + tail;
    case 'repeat':
      return head + cut + cut + tail;
    case 'insert':
      return head + piece + cut + tail;
    case 'replace':
      return head + piece + tail;
    case 'move': {
      const rest = head + tail;
      const target = Math.floor((to * rest.length) / 0x10000);
      return rest.slice(0, target) + cut + rest.slice(target);
    }
  }
}

/** One of `originals`, changed in one to four places with words of its own language in `pieces`, and strange ones. */
export function mutatedText(originals: readonly string[], pieces: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...originals), changes(pieces))
    .map(([original, list]) => list.reduce(apply, original));
}
