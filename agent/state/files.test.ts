import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { removeFile, replaceFile } from './files.ts';

test.each(['a.json', 'x'.repeat(255)])('a directory named %s is moved aside', (name) => {
  const home = mkdtempSync(join(tmpdir(), 'multivrf-files-'));
  try {
    mkdirSync(join(home, name));
    removeFile(join(home, name));
    expect(readdirSync(home)).toEqual([expect.stringMatching(/\.bad$/)]);
  } finally {
    rmSync(home, { recursive: true });
  }
});

test('a directory where a file is to be is moved aside', () => {
  const home = mkdtempSync(join(tmpdir(), 'multivrf-files-'));
  try {
    mkdirSync(join(home, 'a.json', 'not-ours'), { recursive: true });
    replaceFile(join(home, 'a.json'), 'ours');
    expect(readFileSync(join(home, 'a.json'), 'utf8')).toBe('ours');
    expect(readdirSync(home)).toEqual(['a.json', expect.stringMatching(/^a\.json\.\d+\.bad$/)]);
  } finally {
    rmSync(home, { recursive: true });
  }
});
