import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { JsonDirectory } from './json-directory.ts';

interface Thing {
  id: number;
}
const check = (value: unknown) => (typeof (value as Thing)?.id === 'number' ? undefined : 'not a thing');
const opened = () => new JsonDirectory<Thing>(directory, check);

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'multivrf-state-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('a record is there again when the directory is opened anew', () => {
  opened().put({ id: 1 }, 'one');
  opened().put({ id: 2 }, 'two');
  opened().put({ id: 3 }, 'two');
  expect(opened().get('two')).toEqual({ id: 3 });
  expect(
    opened()
      .list()
      .toSorted((a, b) => a.id - b.id),
  ).toEqual([{ id: 1 }, { id: 3 }]);
});

test('a removed record is gone, and removing it again is no error', () => {
  const things = opened();
  things.put({ id: 1 }, 'one');
  things.remove('one');
  things.remove('one');
  expect(things.list()).toEqual([]);
  expect(readdirSync(directory)).toEqual([]);
});

test('a record is replaced as a whole: whoever has the old file open reads the old one to its end', () => {
  opened().put({ id: 1 }, 'one');
  const before = statSync(join(directory, 'one.json')).ino;
  opened().put({ id: 2 }, 'one');
  expect(statSync(join(directory, 'one.json')).ino).not.toBe(before);
  expect(readdirSync(directory)).toEqual(['one.json']);
});

test('what a crash left half written is cleared away', () => {
  opened().put({ id: 1 }, 'one');
  writeFileSync(join(directory, 'one.json.tmp'), '{"id"');
  expect(opened().list()).toEqual([{ id: 1 }]);
  expect(readdirSync(directory)).toEqual(['one.json']);
});

test('what is no file is reported, and makes room for a record', () => {
  mkdirSync(join(directory, 'one.json'));
  writeFileSync(join(directory, 'one.json', 'inner'), '');
  execFileSync('mkfifo', [join(directory, 'two.json')]);
  symlinkSync('/etc/hostname', join(directory, 'three.json'));
  writeFileSync(join(directory, '%.json'), '{"id":1}');
  const things = opened();
  expect(things.unreadable.map(({ reason }) => reason).toSorted()).toEqual([
    'URI malformed',
    ...Array(3).fill('not a regular file'),
  ]);
  for (const name of ['one', 'two', 'three']) things.put({ id: 1 }, name);
  expect(things.unreadable).toHaveLength(1);
  expect(opened().list()).toHaveLength(3);
  // Nobody of us made the directory.
  expect(readdirSync(directory, { recursive: true })).toContainEqual(expect.stringMatching(/\.bad\/inner$/));
});

test('a file that is no record is reported and kept', () => {
  writeFileSync(join(directory, 'cut.json'), '{"id"');
  writeFileSync(join(directory, 'other.json'), '{"id":"x"}');
  const things = opened();
  const { unreadable } = things;
  expect(things.list()).toEqual([]);
  expect(unreadable.map(({ file }) => file).toSorted()).toEqual([
    join(directory, 'cut.json'),
    join(directory, 'other.json'),
  ]);
  expect(unreadable.map(({ reason }) => reason)).toContain('not a thing');
  expect(readFileSync(join(directory, 'cut.json'), 'utf8')).toBe('{"id"');
});

test('names may have any characters, and no two share a file', () => {
  const things = opened();
  const names = [
    ['a.b', 'c'],
    ['a', 'b.c'],
    ['a,b', 'c'],
    ['a', 'b,c'],
    ['../escape', 'x'],
  ];
  for (const [id, name] of names.entries()) things.put({ id }, ...name);
  expect(names.map((name) => opened().get(...name)?.id)).toEqual([0, 1, 2, 3, 4]);
  expect(readdirSync(directory)).toHaveLength(5);
});

test('others may read neither directory nor records', () => {
  const inner = join(directory, 'inner');
  new JsonDirectory<Thing>(inner, check).put({ id: 1 }, 'one');
  expect([inner, join(inner, 'one.json')].map((path) => statSync(path).mode & 0o077)).toEqual([0, 0]);
});
