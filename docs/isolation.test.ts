/** isolation.md tells which test shows each guarantee: what it names exists. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const docs = import.meta.dirname;
const text = readFileSync(resolve(docs, 'isolation.md'), 'utf8');

/** A link to a test, and the names behind it. */
const citations = [...text.matchAll(/\]\((\.\.\/[^)]+\.test\.ts)\)(?:: ((?:(?:,\s)?`[^`]+`)+))?/g)].map(
  ([, file, names = '']) => ({
    file: resolve(docs, file!),
    names: [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
  }),
);

test('every test that is cited exists by that name in that file', () => {
  expect(citations.length).toBeGreaterThan(25);
  const missing = citations.flatMap(({ file, names }) => {
    const code = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    if (code === undefined) return [file];
    return names.filter((name) => !['`', "'", '"'].some((quote) => code.includes(`${quote}${name}${quote}`)));
  });
  expect(missing).toEqual([]);
});
