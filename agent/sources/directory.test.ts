import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { CniError } from '../../common/errors.ts';
import { openDirectory } from './directory.ts';
import { formatProblem, type VrfChange, type VrfSource } from './vrf-source.ts';

const never = 3_600_000;
const doc = (name: string, mtu = 1500) =>
  `---\napiVersion: multivrf.dev/v1alpha1\nkind: VRF\nmetadata: {name: ${name}}\nspec: {mode: bridge, mtu: ${mtu}}\n`;

let directory: string;
let source: VrfSource | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'multivrf-'));
});

afterEach(() => {
  source?.close();
  rmSync(directory, { recursive: true, force: true });
});

const write = (name: string, text: string) => writeFileSync(join(directory, name), text);

const open = (times = { settle: 5, poll: never }) => {
  source = openDirectory(directory, pino({ level: 'silent' }), times);
  return source;
};

/** The next change that `act` brings about; fails with jest's time-out if there is none. */
const changeBy = (opened: VrfSource, act: () => void): Promise<VrfChange> =>
  new Promise((resolve) => {
    const end = opened.onChange((change) => {
      end();
      resolve(change);
    });
    act();
  });

const until = async (condition: () => boolean) => {
  for (let i = 0; i < 200 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
};

const names = (opened: VrfSource) => opened.list().map(({ metadata }) => metadata.name);

test('VRFs are there as soon as the directory is open, sorted by name', () => {
  write('1.yaml', doc('b'));
  write('2.yml', doc('c') + doc('a'));
  expect(names(open())).toEqual(['a', 'b', 'c']);
  expect(source?.get('b')?.spec.mtu).toBe(1500);
  expect(source?.get('d')).toBeUndefined();
});

test('hidden files, backups and folders are no VRF files', () => {
  for (const name of ['.a.yaml', 'b.yaml~', 'c.yaml.swp', 'd.json']) write(name, doc('a'));
  mkdirSync(join(directory, 'e.yaml'));
  expect([names(open()), source?.problems()]).toEqual([[], []]);
});

test('a directory that does not exist is an error that names it', () => {
  const missing = join(directory, 'missing');
  expect(() => openDirectory(missing, pino({ level: 'silent' }))).toThrow(CniError);
  expect(() => openDirectory(missing, pino({ level: 'silent' }))).toThrow(missing);
});

test('a new file is noticed', async () => {
  const change = await changeBy(open(), () => write('a.yaml', doc('a')));
  expect([change, names(source!)]).toEqual([{ changed: ['a'], removed: [] }, ['a']]);
});

test('a file replaced by rename is noticed', async () => {
  write('a.yaml', doc('a'));
  await changeBy(open(), () => {
    write('a.yaml.tmp', doc('a', 9000));
    renameSync(join(directory, 'a.yaml.tmp'), join(directory, 'a.yaml'));
  });
  expect(source?.get('a')?.spec.mtu).toBe(9000);
});

test('the VRFs of a deleted file go', async () => {
  write('a.yaml', doc('a') + doc('b'));
  const change = await changeBy(open(), () => rmSync(join(directory, 'a.yaml')));
  expect([change, names(source!)]).toEqual([{ changed: [], removed: ['a', 'b'] }, []]);
});

test('a file that breaks is reported, and its last good version stays in force', async () => {
  write('a.yaml', doc('a'));
  const opened = open();
  write('a.yaml', doc('a', 70000));
  await until(() => opened.problems().length > 0);
  expect(opened.problems().map(formatProblem)).toEqual(['a.yaml:5: spec.mtu: 70000 must be at most 65535']);
  expect(opened.get('a')?.spec.mtu).toBe(1500);
  await changeBy(opened, () => write('a.yaml', doc('a', 1400)));
  expect([opened.get('a')?.spec.mtu, opened.problems()]).toEqual([1400, []]);
});

test('a file emptied by a crash or an editor takes no VRF away', async () => {
  write('a.yaml', doc('a'));
  const opened = open();
  write('a.yaml', '');
  await until(() => opened.problems().length > 0);
  expect(names(opened)).toEqual(['a']);
});

test('the swap of a ConfigMap is noticed', async () => {
  const version = (name: string, mtu: number) => {
    mkdirSync(join(directory, name));
    write(`${name}/a.yaml`, doc('a', mtu));
    symlinkSync(name, join(directory, '..data_tmp'));
    renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
  };
  version('..2026_01', 1400);
  symlinkSync('..data/a.yaml', join(directory, 'a.yaml'));
  const opened = open();
  expect(opened.get('a')?.spec.mtu).toBe(1400);
  await changeBy(opened, () => version('..2026_02', 9000));
  expect(opened.get('a')?.spec.mtu).toBe(9000);
});

test('the poll finds what the watch cannot see: the target of a link', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'multivrf-'));
  try {
    writeFileSync(join(elsewhere, 'a'), doc('a'));
    symlinkSync(join(elsewhere, 'a'), join(directory, 'a.yaml'));
    await changeBy(open({ settle: 5, poll: 20 }), () => writeFileSync(join(elsewhere, 'a'), doc('a', 9000)));
    expect(source?.get('a')?.spec.mtu).toBe(9000);
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

test('VRFs outlive their directory, and a new one in its place is watched', async () => {
  write('a.yaml', doc('a'));
  const opened = open({ settle: 5, poll: 20 });
  rmSync(directory, { recursive: true });
  await until(() => opened.problems().length > 0);
  expect([names(opened), opened.problems()[0]?.file]).toEqual([['a'], directory]);
  mkdirSync(directory);
  await changeBy(opened, () => write('b.yaml', doc('b')));
  await until(() => names(opened).join() === 'b' && opened.problems().length === 0);
});

test('a closed source tells nobody anything', async () => {
  const opened = open({ settle: 5, poll: 10 });
  let calls = 0;
  opened.onChange(() => calls++);
  opened.close();
  opened.close();
  write('a.yaml', doc('a'));
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect([calls, names(opened)]).toEqual([0, []]);
});
