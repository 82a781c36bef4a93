import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';

test('a pipe without a writer does not hold up whoever opens it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'multivrf-pipe-'));
  try {
    const pipe = join(directory, 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    // In a process of its own: who waits in open(2) cannot be told that the test is over.
    const library = pathToFileURL(join(import.meta.dirname, 'libc.ts')).href;
    const script = `import { openPath } from ${JSON.stringify(library)}; openPath(${JSON.stringify(pipe)});`;
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      env: {},
      timeout: 20_000,
      killSignal: 'SIGKILL',
    });
    expect(status).toBe(0);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
