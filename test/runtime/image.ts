/** A hand-made container image: busybox, and places to mount the node's programs at. No registry is needed. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** Name of the image. Its containers sleep when they are given no command, which is all that a pod's sandbox does. */
export const image = 'multivrf.test/busybox:1';

/** File name of the image. */
export const imageArchive = 'image.tar';

/** Writes the image into the directory given, from the busybox of a root file system. */
export async function makeImage(directory: string, root: string): Promise<void> {
  const content = join(directory, 'image');
  const layer = join(content, 'layer');
  for (const name of ['usr', 'mnt', 'etc', 'run', 'tmp', 'proc', 'sys', 'dev'])
    mkdirSync(join(layer, name), { recursive: true });
  // Debian's programs look for their libraries here; the node's /usr is mounted where they are needed.
  for (const name of ['lib', 'lib64']) symlinkSync(`usr/${name}`, join(layer, name));
  copyFileSync(join(root, 'usr/bin/busybox'), join(layer, 'busybox'));

  const blobs = join(content, 'archive/blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const tar = join(content, 'layer.tar');
  await execa('tar', ['--create', '--file', tar, '--directory', layer, '.']);
  const rootLayer = addBlob(blobs, readFileSync(tar), 'application/vnd.oci.image.layer.v1.tar');
  const config = addBlob(
    blobs,
    json({
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: { Entrypoint: ['/busybox', 'sleep', '2147483647'] },
      rootfs: { type: 'layers', diff_ids: [rootLayer.digest] },
    }),
    'application/vnd.oci.image.config.v1+json',
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = addBlob(blobs, json({ schemaVersion: 2, mediaType, config, layers: [rootLayer] }), mediaType);

  const named = { ...manifest, annotations: { 'io.containerd.image.name': image } };
  writeFileSync(join(content, 'archive/index.json'), json({ schemaVersion: 2, manifests: [named] }));
  writeFileSync(join(content, 'archive/oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  await execa('tar', [
    '--create',
    '--file',
    join(directory, imageArchive),
    '--directory',
    join(content, 'archive'),
    '.',
  ]);
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

function addBlob(directory: string, bytes: Buffer, mediaType: string): Descriptor {
  const hash = createHash('sha256').update(bytes).digest('hex');
  const path = join(directory, hash);
  writeFileSync(path, bytes);
  return { mediaType, digest: `sha256:${hash}`, size: statSync(path).size };
}
