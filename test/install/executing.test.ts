/** `multivrf-agent install` while the runtime executes what it replaces. */
import { copyFileSync, readlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { primary, TestNode } from '../../agent/install/node.testing.ts';

const build = resolve(import.meta.dirname, '../../build');
const replacements = 20;

let node: TestNode;

beforeEach(() => {
  node = new TestNode();
  node.write('10-cluster.conflist', primary);
  copyFileSync(join(build, 'multivrf'), node.options.plugin);
});

afterEach(() => node.remove());

async function installOnce(): Promise<void> {
  const { plugin, binDirectory, confDirectory } = node.options;
  const options = ['--plugin', plugin, '--bin-directory', binDirectory, '--conf-directory', confDirectory];
  await execa(process.execPath, [join(build, 'multivrf-agent.mjs'), 'install', ...options], {
    env: { NODE_OPTIONS: '' },
  });
}

test('a call that began before the replacement ends well after it', async () => {
  await installOnce();
  const binary = join(node.options.binDirectory, 'multivrf');
  // It waits for its stdin.
  const call = execa(binary, { env: { CNI_COMMAND: 'VERSION' }, extendEnv: false });
  await installOnce();
  expect(readlinkSync(`/proc/${call.pid}/exe`)).toBe(`${binary} (deleted)`);
  call.stdin.end();
  expect((await call).stdout).toContain('"supportedVersions"');
});

test('every call of the plugin succeeds while it is replaced 20 times', async () => {
  await installOnce();
  const replaced = new AbortController();
  const calls = async () => {
    const answers: string[] = [];
    while (!replaced.signal.aborted) {
      const { stdout } = await execa(join(node.options.binDirectory, 'multivrf'), {
        env: { CNI_COMMAND: 'VERSION' },
        extendEnv: false,
        input: '',
      });
      answers.push(stdout);
    }
    return answers;
  };
  const calling = calls();
  for (let times = 0; times < replacements; times++) await installOnce();
  replaced.abort();
  const answers = await calling;
  expect(answers.length).toBeGreaterThan(replacements);
  expect(answers.filter((answer) => !answer.includes('"supportedVersions"'))).toEqual([]);
});
