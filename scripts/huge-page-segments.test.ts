import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { execaSync } from 'execa';
import { hugePage, segmentsOf, withHugePageSegments } from './huge-page-segments.ts';

const [PT_LOAD, shell] = [1, '/bin/sh'];

test('every loaded segment lies in the file as it lies in memory, modulo a huge page', () => {
  const loads = segmentsOf(withHugePageSegments(readFileSync(shell))).filter(({ type }) => type === PT_LOAD);
  expect(loads.length).toBeGreaterThan(1);
  for (const { offset, address } of loads) expect(offset % hugePage).toBe(address % hugePage);
});

test('a program runs as before', () => {
  const folder = mkdtempSync(join(tmpdir(), 'multivrf-elf-'));
  try {
    const copy = join(folder, 'sh');
    writeFileSync(copy, withHugePageSegments(readFileSync(shell)));
    chmodSync(copy, 0o755);
    expect(execaSync(copy, ['-c', 'echo "$0 $((6 * 7))"', 'runs']).stdout).toBe('runs 42');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what is no such program is refused', () => {
  expect(() => withHugePageSegments(Buffer.from('#!/bin/sh\n'))).toThrow('not a 64-bit little-endian ELF file');
});
