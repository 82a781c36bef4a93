/** The archive is what the OCI's image-spec says, and depends on nothing but what is put into it. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { writeArchive } from './archive.ts';

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'multivrf-image-'));
});
afterAll(() => rmSync(scratch, { recursive: true }));

const config = { Entrypoint: ['/program'] };
const sha256 = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A program and a text, made in the order given. */
function layer(name: string, files: readonly string[], time: number): string {
  const directory = join(scratch, name);
  mkdirSync(directory, { mode: 0o700 });
  for (const file of files) {
    writeFileSync(join(directory, file), `content of ${file}`);
    chmodSync(join(directory, file), file === 'program' ? 0o700 : 0o600);
    utimesSync(join(directory, file), time, time);
  }
  return directory;
}

function archiveOf(...layers: string[]): Promise<string> {
  return writeArchive(join(scratch, 'image.tar'), { name: 'example.org/image:1', layers, config });
}

test('the same files give the same bytes, whenever and in what order they were made', async () => {
  const first = await archiveOf(layer('one', ['program', 'text'], 1));
  const bytes = readFileSync(join(scratch, 'image.tar'));
  expect(await archiveOf(layer('two', ['text', 'program'], 2))).toBe(first);
  expect(readFileSync(join(scratch, 'image.tar')).equals(bytes)).toBe(true);
});

test('every blob is named by its content, and the manifest leads to all of them', async () => {
  const digest = await archiveOf(layer('lower', ['program'], 1), layer('upper', ['text'], 1));
  const unpacked = join(scratch, 'unpacked');
  mkdirSync(unpacked);
  await execa('tar', ['--extract', '--file', join(scratch, 'image.tar'), '--directory', unpacked]);
  const blob = (name: string) => readFileSync(join(unpacked, 'blobs/sha256', name.replace('sha256:', '')));
  const json = (name: string) => JSON.parse(blob(name).toString());

  const manifest = json(digest);
  const digests = [digest, manifest.config.digest, ...manifest.layers.map((one: { digest: string }) => one.digest)];
  expect(digests.map((name) => sha256(blob(name)))).toEqual(digests);
  expect(readdirSync(join(unpacked, 'blobs/sha256'))).toHaveLength(digests.length);

  expect(json(manifest.config.digest)).toMatchObject({ os: 'linux', config });
  const layers = await Promise.all(
    digests
      .slice(2)
      .map((name) => execa('gzip', ['--decompress', '--stdout'], { input: blob(name), encoding: 'buffer' })),
  );
  expect(layers.map(({ stdout }) => sha256(Buffer.from(stdout)))).toEqual(json(manifest.config.digest).rootfs.diff_ids);
  const { stdout: listing } = await execa('tar', ['--list', '--verbose', '--numeric-owner'], {
    input: layers[0]!.stdout,
  });
  expect(listing).toMatch(/^-rwxr-xr-x 0\/0 +18 .* \.\/program$/m);
});
