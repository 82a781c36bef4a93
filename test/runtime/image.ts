/** A hand-made container image: busybox, and places to mount the node's programs at. No registry is needed. */
import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { writeArchive } from '../../scripts/image/archive.ts';

/** Name of the image. Its containers sleep when they are given no command, which is all that a pod's sandbox does. */
export const image = 'multivrf.test/busybox:1';

/** File name of the image. */
export const imageArchive = 'image.tar';

/** Writes the image into the directory given, from the busybox of a root file system. */
export async function makeImage(directory: string, root: string): Promise<void> {
  const layer = join(directory, 'image');
  for (const name of ['usr', 'etc', 'run', 'tmp', 'proc', 'sys', 'dev']) {
    mkdirSync(join(layer, name), { recursive: true });
  }
  // Debian's programs look for their libraries here; the node's /usr is mounted where they are needed.
  for (const name of ['lib', 'lib64']) symlinkSync(`usr/${name}`, join(layer, name));
  copyFileSync(join(root, 'usr/bin/busybox'), join(layer, 'busybox'));
  const config = { Entrypoint: ['/busybox', 'sleep', '2147483647'] };
  await writeArchive(join(directory, imageArchive), { name: image, layers: [layer], config });
}
