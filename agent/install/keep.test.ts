import { renameSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { keepInstalled } from './keep.ts';
import { primary, TestNode } from './node.testing.ts';

const conflist = '10-cluster.conflist';
let node: TestNode;
let stopping: AbortController;
let kept: Promise<void>;

/** Begins to keep; the poll is too slow to be what a test waits for. */
function keep(poll = 60_000): void {
  kept = keepInstalled(node.options, node.log, stopping.signal, { settle: 10, poll });
}

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not in 20 s; logged: ${JSON.stringify(node.logged)}`);
    await sleep(5);
  }
}

/** As a careful installer does. */
function rewrite(text = primary): void {
  node.write('rewritten', text);
  renameSync(node.conf('rewritten'), node.conf(conflist));
}

function hasEntry(): boolean {
  try {
    return node.chain(conflist).includes('multivrf');
  } catch {
    return false;
  }
}

beforeEach(() => {
  node = new TestNode();
  stopping = new AbortController();
});

afterEach(async () => {
  stopping.abort();
  await kept;
  node.remove();
});

test('the network is awaited, and its chain joined when it comes', async () => {
  keep();
  await until(() => node.logged.some((line) => line.startsWith('no network configuration in')));
  rewrite();
  await until(hasEntry);
});

test('the entry comes back when the primary plugin rewrites its file', async () => {
  rewrite();
  keep();
  await until(hasEntry);
  rewrite(primary.replace('ptp', 'bridge'));
  await until(hasEntry);
  expect(node.chain(conflist)).toEqual(['bridge', 'multivrf']);
});

test('the entry comes back when the file is written in place and in pieces', async () => {
  rewrite();
  keep();
  await until(hasEntry);
  node.write(conflist, primary.slice(0, 40));
  await until(() => node.logged.some((line) => line.includes('is not JSON')));
  expect(node.read(conflist)).toBe(primary.slice(0, 40));
  node.write(conflist, primary);
  await until(hasEntry);
});

test('the binary comes back', async () => {
  rewrite();
  keep(20);
  await until(hasEntry);
  rmSync(join(node.options.binDirectory, 'multivrf'));
  await until(() => node.files().bin.includes('multivrf'));
});

test('a program that keeps taking the entry out is reported, and not fought', async () => {
  rewrite();
  const fight = watch(node.options.confDirectory, () => {
    if (hasEntry()) rewrite();
  });
  keep(20);
  await until(() => node.logged.some((line) => line.includes('another program keeps taking the entry out')));
  await sleep(300);
  fight.close();
  expect(node.logged.filter((line) => line === 'entry written')).toHaveLength(5);
});

test('an entry that nobody touches is written once', async () => {
  rewrite();
  keep(5);
  await until(hasEntry);
  const inode = node.inode(conflist);
  await sleep(100);
  expect(node.inode(conflist)).toBe(inode);
});
