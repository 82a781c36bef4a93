/** A note is taken for what it says, and nothing else for a note. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { leaveNote, readNote, takeBackNote } from './removal-note.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'multivrf-note-'));
  path = join(directory, 'note');
});
afterEach(() => rmSync(directory, { recursive: true }));

test('what is left is read, and there is nothing beside it', () => {
  leaveNote(path, { keepPlugin: false });
  leaveNote(path, { keepPlugin: true });
  expect(readNote(path)).toEqual({ keepPlugin: true });
  expect(readdirSync(directory)).toEqual(['note']);
});

test('none is none, also once it is taken back', () => {
  takeBackNote(path);
  leaveNote(path, { keepPlugin: true });
  takeBackNote(path);
  expect(readNote(path)).toBeUndefined();
});

test.each(['', '{}', 'null', '{"keepPlugin": "no"}', '{"keepPlugin": tr'])('%j is no note', (text) => {
  writeFileSync(path, text);
  expect(() => readNote(path)).toThrow(`${path} is no note of the agent’s, and nothing is removed`);
});

test('nor is a directory', () => {
  mkdirSync(path);
  expect(() => readNote(path)).toThrow('EISDIR');
});
