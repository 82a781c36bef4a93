/** failures.md tells of tests and quotes messages: what it names exists. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const root = resolve(import.meta.dirname, '..');
const docs = import.meta.dirname;

/** The cells of each row of each table, without the heads. */
const rows = readFileSync(resolve(docs, 'failures.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (---|what fails) \|/.test(line))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));

/** Those that name tests in a fifth cell; the others say that they have none. */
const shown = rows.filter(({ length }) => length === 5);

const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text!);

/** A file and names of tests in it, as a cell writes them. */
const citation = /\[[^\]]+\]\(([^)]+)\): ((?:(?:, )?`[^`]+`)+)/g;

/** What else stands in a cell, but for remarks in parentheses. */
const besides = (cell: string) =>
  cell
    .replace(citation, '')
    .replace(/ \([^)]*\)/g, '')
    .replaceAll('; ', '');

/** Files that a cell links to, each with the names of tests behind it. */
function citations(cell: string): { file: string; names: string[] }[] {
  return [...cell.matchAll(citation)].map(([, file, names]) => ({
    file: resolve(docs, file!),
    names: quoted(names!),
  }));
}

/** Whether `text` has a test's or a message's literal that is exactly this, or this and then a value put in. */
function hasLiteral(text: string, name: string): boolean {
  return [`'${name}'`, `"${name}"`, `\`${name}\``, `\`${name}\${`].some((literal) => text.includes(literal));
}

test('every row has the cells of its table, and cites a test or says that there is none', () => {
  expect(shown.length).toBeGreaterThan(50);
  expect(rows.filter(({ length }) => length !== 4 && length !== 5)).toEqual([]);
  const last = shown.map((cells) => cells[4]!);
  expect(last.filter((cell) => citations(cell).length === 0 || besides(cell) !== '')).toEqual([]);
});

test('every test that is cited exists by that name in that file', () => {
  const cited = shown.flatMap((cells) => citations(cells[4]!));
  const missing = cited.flatMap(({ file, names }) => {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    return names.filter((name) => !hasLiteral(text, name)).map((name) => ({ file, name }));
  });
  expect(missing).toEqual([]);
});

test('every message that is quoted stands in the code', () => {
  const files = globSync('{agent,cni-plugin,common}/**/*.ts', { cwd: root }).filter((file) => !file.includes('.test'));
  const code = files.map((file) => readFileSync(resolve(root, file), 'utf8')).join('\n');
  const quotes = rows.flatMap((cells) => quoted(cells[2]!));
  const parts = quotes.flatMap((quote) => quote.split('…').map((part) => part.trim()));
  expect(parts.filter((part) => !code.includes(part))).toEqual([]);
});
