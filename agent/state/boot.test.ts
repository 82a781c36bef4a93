import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { dropFormerBoot } from './boot.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'multivrf-boot-'));
  mkdirSync(join(directory, 'things'));
  writeFileSync(join(directory, 'things', 'one.json'), '{}');
});
afterEach(() => rmSync(directory, { recursive: true }));

const drop = () => dropFormerBoot(directory, ['things', 'others']);
const things = () => readdirSync(join(directory, 'things'));
const bootId = '/proc/sys/kernel/random/boot_id';

test('records that no agent said the boot of are kept, and are of this boot from then on', () => {
  expect(drop()).toEqual({ boot: 'unknown', dropped: 0 });
  expect(readFileSync(join(directory, 'boot'), 'utf8')).toBe(readFileSync(bootId, 'utf8'));
  expect(drop()).toEqual({ boot: 'same', dropped: 0 });
  expect(things()).toEqual(['one.json']);
});

test('records of another boot are dropped', () => {
  writeFileSync(join(directory, 'boot'), '00000000-0000-0000-0000-000000000000\n');
  expect(drop()).toEqual({ boot: 'other', dropped: 1 });
  expect(things()).toEqual([]);
  expect(drop().boot).toBe('same');
});

test('a boot file without content, or that is none, says nothing', () => {
  for (const content of ['', '00000000-0000-', '\0'.repeat(37)]) {
    writeFileSync(join(directory, 'boot'), content);
    expect(drop().boot).toBe('unknown');
  }
  rmSync(join(directory, 'boot'));
  mkdirSync(join(directory, 'boot'));
  expect(drop()).toEqual({ boot: 'unknown', dropped: 0 });
  expect(drop().boot).toBe('same');
  expect(things()).toEqual(['one.json']);
});
