import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { removeFile } from './files.ts';

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
