/** The commands as an init container, a sidecar and the agent use them. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execa, type ResultPromise } from 'execa';
import { primary, TestNode } from '../../agent/install/node.testing.ts';

const program = resolve(import.meta.dirname, '../../build/multivrf-agent.mjs');
const conflist = '10-cluster.conflist';

let node: TestNode;
let running: ResultPromise | undefined;

beforeEach(() => {
  node = new TestNode();
});

afterEach(async () => {
  running?.kill('SIGKILL');
  await running;
  running = undefined;
  node.remove();
});

function start(...args: string[]): ResultPromise<{ reject: false }> {
  const { plugin, binDirectory, confDirectory } = node.options;
  const places = ['--bin-directory', binDirectory, '--conf-directory', confDirectory, '--plugin', plugin];
  // In a network namespace of its own, which ends with it.
  const child = execa('unshare', ['--net', process.execPath, program, ...args, ...places], {
    env: { NODE_OPTIONS: '' },
    reject: false,
  });
  running = child;
  return child;
}

async function untilEntry(): Promise<object> {
  const end = Date.now() + 30_000;
  while (node.chain(conflist).length < 2) {
    if (Date.now() > end) throw new Error(`no entry in 30 s: ${node.read(conflist)}`);
    await sleep(20);
  }
  return JSON.parse(node.read(conflist)).plugins[1];
}

test('install without a network fails and says which directory it looked into', async () => {
  const { exitCode, stdout } = await start('install');
  expect(exitCode).toBe(1);
  expect(stdout).toContain(`no network configuration in ${node.options.confDirectory}; multivrf awaits`);
});

test('on a full disk the conflist stays whole, and the error names it', async () => {
  const { plugin, binDirectory, confDirectory } = node.options;
  const places = ['--bin-directory', binDirectory, '--conf-directory', confDirectory, '--plugin', plugin];
  // Of two pages: one for the conflist, one for what fills the disk.
  const script = `
    mount -t tmpfs -o size=8k tmpfs "$0"
    cat >"$0/${conflist}"
    head -c 4096 /dev/zero >"$0/full"
    "$@" || cat "$0/${conflist}"
    ls -A "$0"
  `;
  const command = [process.execPath, program, 'install', ...places];
  const { stdout } = await execa('unshare', ['--mount', '--net', 'sh', '-ec', script, confDirectory, ...command], {
    env: { NODE_OPTIONS: '' },
    input: primary,
  });
  expect(stdout).toContain(`${node.conf(conflist)} cannot be written: ENOSPC`);
  expect(stdout).toContain(`}\n${primary}${conflist}\nfull`);
});

test('install --watch awaits the network, and ends in peace on SIGTERM', async () => {
  const installing = start('install', '--watch', '--strict-status');
  await sleep(500);
  node.write(conflist, primary);
  expect(await untilEntry()).toMatchObject({ type: 'multivrf', strictStatus: true });
  installing.kill('SIGTERM');
  expect((await installing).exitCode).toBe(0);
});

test('the agent with --keep-installed keeps the entry, with its own socket in it', async () => {
  const at = (name: string) => join(node.root, name);
  mkdirSync(at('vrfs'));
  node.write(conflist, primary);
  const socket = at('run/agent.sock');
  const directories = ['--vrfs', at('vrfs'), '--state', at('state'), '--netns-directory', at('netns')];
  start(...directories, '--socket', socket, '--keep-installed');
  expect(await untilEntry()).toMatchObject({ agentSocket: socket });
  node.write(conflist, primary);
  expect(await untilEntry()).toMatchObject({ agentSocket: socket });
});
