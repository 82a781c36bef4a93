/** The network configuration directory, read as a container runtime reads it. */
import { isUtf8 } from 'node:buffer';
import type { Stats } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { CniCode, CniError } from '../../common/errors.ts';
import { type Ownership, replaceFile } from './replace-file.ts';

/** A network configuration as it was when it was read. */
interface ConfFile {
  /** As the runtime names it. */
  path: string;
  /** The file itself, where `path` is a symbolic link. */
  target: string;
  text: string;
  ownership: Ownership;
  /** Another one means that somebody has written to the file since. */
  version: string;
}

/**
 * Paths of the networks, the primary first: libcni, and with it containerd and CRI-O, takes *.conf, *.conflist and
 * *.json, sorted by name. Empty when there is no such directory.
 */
export async function listConfFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => !entry.isDirectory() && ['.conf', '.conflist', '.json'].includes(extnameOf(entry.name)))
    .map(({ name }) => join(directory, name))
    .sort();
}

/**
 * Gives a file the text that `change` makes of its own, and changes nothing else about it. Returns whether that was
 * another text; else the file is not written. Throws a CniError when it cannot be read or written, and what `change` throws.
 */
export async function editConfFile(path: string, change: (text: string) => string): Promise<boolean> {
  for (let attempt = 1; attempt <= 5; attempt++) {
    const file = await readConfFile(path);
    const text = change(file.text);
    if (text === file.text) return false;
    if (await write(file, text)) return true;
  }
  const fix = 'another program is at work on it; try again';
  throw new CniError(CniCode.tryAgainLater, `${path} changes whenever multivrf is about to write it`, fix);
}

/** Reads one of them. Throws a CniError: 5 when it cannot be read, 6 when it is not text. */
export async function readConfFile(path: string): Promise<ConfFile> {
  let bytes: Buffer;
  let file: Omit<ConfFile, 'text'>;
  try {
    const target = await realpath(path);
    // Before the text, so that a change while it is read is seen as one.
    const { mode, uid, gid } = await statFile(target);
    file = { path, target, ownership: { mode: mode & 0o7777, uid, gid }, version: await versionOf(target) };
    bytes = await readFile(target);
  } catch (error) {
    const fix =
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'a link must lead to a file that exists for multivrf too, in its container as on the node'
        : 'it must be a file that multivrf is allowed to read';
    throw new CniError(CniCode.ioFailure, `${path} cannot be read: ${(error as Error).message}`, fix, { cause: error });
  }
  if (!isUtf8(bytes)) throw new CniError(CniCode.decodeFailure, `${path} is not UTF-8`, 'JSON is UTF-8 (RFC 8259)');
  return { ...file, text: bytes.toString('utf8') };
}

/** Of a regular file: from a pipe one would read for ever. */
async function statFile(path: string): Promise<Stats> {
  const status = await stat(path);
  if (!status.isFile()) throw new Error('it is not a regular file');
  return status;
}

/** False when somebody has written to the file since it was read. */
async function write({ path, target, ownership, version }: ConfFile, text: string): Promise<boolean> {
  try {
    const unchanged = async () => (await realpath(path)) === target && (await versionOf(target)) === version;
    return await replaceFile(target, Buffer.from(text), ownership, unchanged);
  } catch (error) {
    const fix = 'its directory must be writable: a new file is made there and renamed';
    throw new CniError(CniCode.ioFailure, `${path} cannot be written: ${(error as Error).message}`, fix, {
      cause: error,
    });
  }
}

async function versionOf(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
  return [dev, ino, size, mtimeNs].join(' ');
}

/** Go's: what follows the last dot, also in a name that begins with it. */
function extnameOf(name: string): string {
  return extname(`_${name}`);
}
