/** kill -9 of `multivrf-agent install` and `uninstall` before every system call that changes a file. */
import { chmodSync, chownSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { install } from '../../agent/install/install.ts';
import { primary, TestNode } from '../../agent/install/node.testing.ts';
import { uninstall } from '../../agent/install/uninstall.ts';

const program = resolve(import.meta.dirname, '../../build/multivrf-agent.mjs');
const conflist = '10-cluster.conflist';
const changing = ['pwrite64', 'fchown', 'fchmod', 'fsync', 'rename', 'unlink'];

/** The `nth` call of that name in the thread that makes it. */
interface Point {
  call: string;
  nth: number;
}

/** What the kill left behind. */
interface Left {
  entry: boolean;
  binary: 'none' | 'old' | 'new';
  leftovers: { bin: number; conf: number };
}

let node: TestNode;

beforeEach(() => {
  node = new TestNode();
});

afterEach(() => node.remove());

function binary(): string {
  return join(node.options.binDirectory, 'multivrf');
}

/** The command under strace; one thread does all file operations, so that each run makes the same calls. */
async function trace(command: 'install' | 'uninstall', ...strace: string[]): Promise<string> {
  const { binDirectory, confDirectory, plugin } = node.options;
  const log = join(node.root, 'trace');
  const watched = ['-f', '-y', '-o', log, '-e', `trace=${changing.join(',')}`, ...strace];
  const places = ['--bin-directory', binDirectory, '--conf-directory', confDirectory];
  const source = command === 'install' ? ['--plugin', plugin] : [];
  const { code } = await execa('strace', [...watched, process.execPath, program, command, ...places, ...source], {
    env: { UV_THREADPOOL_SIZE: '1', NODE_OPTIONS: '' },
    reject: false,
  });
  if (code === 'ENOENT') throw new Error('strace is missing: make setup installs it');
  return readFileSync(log, 'utf8');
}

/** Every call in the trace that changes something in the node's directories. */
function pointsIn(log: string): Point[] {
  const counts = new Map<string, number>();
  return log.split('\n').flatMap((line) => {
    const [, thread, call] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    if (!thread || !call) return [];
    const nth = (counts.get(`${thread} ${call}`) ?? 0) + 1;
    counts.set(`${thread} ${call}`, nth);
    return isAtFile(line) ? [{ call, nth }] : [];
  });
}

/** Whether the call is about a file in the node's directories. */
function isAtFile(line: string): boolean {
  return [node.options.binDirectory, node.options.confDirectory].some((path) => line.includes(path));
}

/** Kills the command at every point, each time from the same beginning; what is left must be whole. */
async function killEverywhere(command: 'install' | 'uninstall', begin: () => Promise<void>): Promise<Left[]> {
  await begin();
  const points = pointsIn(await trace(command));
  const all: Left[] = [];
  for (const { call, nth } of points) {
    await begin();
    await kill(command, { call, nth });
    all.push(lookAt());
    await install(node.options, node.log);
    expect({ ...lookAt(), ...node.files() }).toEqual({
      entry: true,
      binary: 'new',
      leftovers: { bin: 0, conf: 0 },
      bin: ['multivrf'],
      conf: [conflist],
    });
  }
  return all;
}

/** Kills it there, and nowhere else. */
async function kill(command: 'install' | 'uninstall', { call, nth }: Point): Promise<void> {
  const log = await trace(command, '-e', `inject=${call}:signal=KILL:when=${nth}`);
  if (!wasAtFile(log, call)) throw new Error(`${call} number ${nth} of ${command} is not where it was:\n${log}`);
}

/** Whether a call on one of the node's files was the last that its thread made before it was killed. */
function wasAtFile(log: string, call: string): boolean {
  const lines = log.split('\n');
  const killed = lines.filter((line) => line.endsWith('+++ killed by SIGKILL +++')).map((line) => line.split(' ')[0]);
  return killed.some((thread) => {
    const last = lines.findLast((line) => line.startsWith(`${thread} `) && line.includes(`${call}(`)) ?? '';
    return isAtFile(last) && !/ = \d+$/.test(last);
  });
}

/** Fails when a file is neither the old nor the new one, or the runtime would see another network. */
function lookAt(): Left {
  const { bin, conf } = node.files();
  expect(conf.filter((name) => /\.(conf|conflist|json)$/.test(name))).toEqual([conflist]);
  const text = node.read(conflist);
  const entry = text !== primary;
  if (entry) expect(node.chain(conflist)).toEqual(['ptp', 'multivrf']);
  const { uid, gid, mode } = statSync(node.conf(conflist));
  expect({ uid, gid, mode: mode & 0o777 }).toEqual({ uid: 1000, gid: 1000, mode: 0o640 });
  return {
    entry,
    binary: whichBinary(),
    leftovers: { bin: bin.filter((name) => name !== 'multivrf').length, conf: conf.length - 1 },
  };
}

function whichBinary(): Left['binary'] {
  if (!existsSync(binary())) return 'none';
  expect(statSync(binary()).mode & 0o777).toBe(0o755);
  const content = readFileSync(binary(), 'utf8');
  if (content === oldBinary()) return 'old';
  expect(content).toBe(readFileSync(node.options.plugin, 'utf8'));
  return 'new';
}

function oldBinary(): string {
  return `${readFileSync(node.options.plugin, 'utf8')}# of an older release\n`;
}

function writePrimary(): void {
  rmSync(node.conf(conflist), { force: true });
  node.write(conflist, primary);
  chownSync(node.conf(conflist), 1000, 1000);
  chmodSync(node.conf(conflist), 0o640);
}

test('an install killed anywhere leaves whole files, and the next one needs no help', async () => {
  const left = await killEverywhere('install', async () => {
    writePrimary();
    writeFileSync(binary(), oldBinary(), { mode: 0o755 });
  });
  // Each stage was hit.
  expect(left).toContainEqual({ entry: false, binary: 'old', leftovers: { bin: 1, conf: 0 } });
  expect(left).toContainEqual({ entry: false, binary: 'new', leftovers: { bin: 0, conf: 1 } });
  expect(left).toContainEqual({ entry: true, binary: 'new', leftovers: { bin: 0, conf: 0 } });
  // Never an entry before its binary.
  expect(left.filter(({ entry, binary }) => entry && binary !== 'new')).toEqual([]);
});

test('an uninstall killed anywhere leaves whole files, and the next one needs no help', async () => {
  const left = await killEverywhere('uninstall', async () => {
    writePrimary();
    await install(node.options, node.log);
  });
  expect(left).toContainEqual({ entry: true, binary: 'new', leftovers: { bin: 0, conf: 1 } });
  expect(left).toContainEqual({ entry: false, binary: 'new', leftovers: { bin: 0, conf: 0 } });
  expect(left).toContainEqual({ entry: false, binary: 'none', leftovers: { bin: 0, conf: 0 } });
  // Never a binary gone before its entry.
  expect(left.filter(({ entry, binary }) => entry && binary === 'none')).toEqual([]);
  await uninstall({ ...node.options, keepPlugin: false }, node.log);
  expect(node.files()).toEqual({ bin: [], conf: [conflist] });
  expect(node.read(conflist)).toBe(primary);
});
