import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readLines } from './lines.ts';

async function* streamOf(chunks: readonly Uint8Array[]) {
  yield* chunks;
}

async function linesOf(chunks: readonly Uint8Array[]): Promise<string[]> {
  return Array.fromAsync(readLines(streamOf(chunks), () => {}));
}

test('lines are whole wherever the network cuts them, characters of several bytes and U+2028 included', async () => {
  const text = fc.array(fc.string({ unit: 'binary' }).map((line) => line.replaceAll('\n', '')));
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 7 }), async (lines, size) => {
      const bytes = new TextEncoder().encode(`${['"\u2028"', ...lines].join('\n')}\n`);
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.slice(i * size, (i + 1) * size),
      );
      expect(await linesOf(chunks)).toEqual(['"\u2028"', ...lines.map((line) => line.toWellFormed())]);
    }),
  );
});

test('a last line without its newline is dropped', async () => {
  expect(await linesOf([Buffer.from('{}\n{"type":"ADD')])).toEqual(['{}']);
});

test('a line without end fills no memory', async () => {
  const endless = Array<Uint8Array>(20).fill(Buffer.alloc(1024 * 1024, 'x'));
  await expect(linesOf(endless)).rejects.toThrow('a line of more than 16777216 characters');
});
