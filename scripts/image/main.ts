/**
 * The image out of build/, without a registry and without an engine:
 *   node scripts/image/main.ts archive FILE        as an OCI archive
 *   node scripts/image/main.ts content DIRECTORY   its files alone, for the Containerfile
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeArchive } from './archive.ts';
import { imageConfig, imageName, repository } from './config.ts';
import { makeOurs, makeSystem } from './content.ts';

const [what, path] = process.argv.slice(2);
if ((what !== 'archive' && what !== 'content') || !path) {
  throw new Error('usage: node scripts/image/main.ts archive FILE | content DIRECTORY');
}

async function archive(file: string): Promise<void> {
  const scratch = await mkdtemp(join(repository, 'build/.image-'));
  try {
    const layers = [join(scratch, 'system'), join(scratch, 'ours')] as const;
    await Promise.all([makeSystem(layers[0]), makeOurs(layers[1])]);
    const digest = await writeArchive(file, { name: imageName, layers, config: imageConfig });
    const { size } = await stat(file);
    process.stdout.write(`${file}: ${imageName}, ${Math.round(size / 1e6)} MB, ${digest}\n`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

if (what === 'archive') await archive(path);
else await Promise.all([makeSystem(path), makeOurs(path)]);
