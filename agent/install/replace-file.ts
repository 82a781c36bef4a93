/** Files that are, at any moment and after any crash, the old one or the new one. */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** No runtime takes a name that ends like this for a network: they read *.conf, *.conflist and *.json, also behind a dot. */
const [prefix, suffix] = ['.multivrf-install-', '.tmp'];

/** How a new file is to look from outside. */
export interface Ownership {
  mode: number;
  uid: number;
  gid: number;
}

/**
 * Puts a file in place by renaming a complete copy, which programs that have the old one open or execute it do not
 * notice. `mayReplace` is asked at the last moment; false leaves the old file. Returns whether it was replaced.
 */
export async function replaceFile(
  path: string,
  content: Uint8Array,
  ownership: Ownership,
  mayReplace: () => Promise<boolean> = async () => true,
): Promise<boolean> {
  const directory = dirname(path);
  await removeLeftovers(directory);
  for (let attempt = 1; ; attempt++) {
    const copy = join(directory, `${prefix}${randomUUID()}${suffix}`);
    try {
      await writeCopy(copy, content, ownership);
      if (!(await mayReplace())) return false;
      await rename(copy, path);
      await syncDirectory(directory);
      return true;
    } catch (error) {
      // Another installation took our copy for the leftover of a dead one.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === 5) throw error;
    } finally {
      await rm(copy, { force: true });
    }
  }
}

/** Removes the copies that a killed installation left in the directory, if there is such a directory. */
export async function removeLeftovers(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names) {
    if (name.startsWith(prefix) && name.endsWith(suffix)) await rm(join(directory, name), { force: true });
  }
}

/** Makes the changes to a directory's names outlast a power failure. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Closed before it gets its name: the kernel executes nothing that is open for writing (ETXTBSY). */
async function writeCopy(copy: string, content: Uint8Array, { mode, uid, gid }: Ownership): Promise<void> {
  const handle = await open(copy, 'wx', 0o600);
  try {
    await writeWhole(handle, content);
    const now = await handle.stat();
    if (now.uid !== uid || now.gid !== gid) await handle.chown(uid, gid);
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** With a position it is a pwrite64(2), which a trace tells from the write(2) by which threads wake each other. */
async function writeWhole(handle: FileHandle, content: Uint8Array): Promise<void> {
  for (let at = 0; at < content.length; ) {
    at += (await handle.write(content, at, content.length - at, at)).bytesWritten;
  }
}
