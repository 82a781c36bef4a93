/** The plugin's binary in the runtime's directory of plugins. */
import { constants, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { attachAnnotation } from '../../common/cni.ts';
import { CniCode, CniError } from '../../common/errors.ts';
import { pluginName } from './entry.ts';
import { replaceFile, syncDirectory } from './replace-file.ts';

/** Every build of the plugin, of whatever version, holds the name of the annotation that it looks for. */
const mark = Buffer.from(attachAnnotation);

/** Where the plugin is installed. */
export function installedPlugin(binDirectory: string): string {
  return join(binDirectory, pluginName);
}

/**
 * Copies the binary there, also over one that is being executed, and over whatever is left of one. Throws a CniError when either file is not our plugin.
 */
export async function placePlugin(source: string, binDirectory: string): Promise<void> {
  const bytes = await readFile(source).catch((error: Error) => {
    const fix = 'name the plugin that belongs to this agent with --plugin';
    throw new CniError(CniCode.ioFailure, `plugin ${source} cannot be read: ${error.message}`, fix, { cause: error });
  });
  if (!bytes.includes(mark)) {
    throw new CniError(CniCode.invalidConfig, `${source} is not the multivrf plugin`, 'name it with --plugin');
  }
  const path = installedPlugin(binDirectory);
  if ((await isOurs(path)) === false) {
    const fix = 'multivrf replaces its own binaries only: remove that file, or name another directory';
    throw new CniError(CniCode.invalidConfig, `${path} is somebody else’s file`, fix);
  }
  const owner = { uid: process.getuid!(), gid: process.getgid!() };
  try {
    await replaceFile(path, bytes, { mode: 0o755, ...owner });
  } catch (error) {
    const fix = '--bin-directory must be the directory that the runtime takes plugins from, and writable';
    throw new CniError(CniCode.ioFailure, `plugin ${path} cannot be written: ${(error as Error).message}`, fix, {
      cause: error,
    });
  }
}

/** Removes the binary; false when there is none. Throws a CniError (7) when the file there is not our plugin. */
export async function removePlugin(binDirectory: string): Promise<boolean> {
  const path = installedPlugin(binDirectory);
  const ours = await isOurs(path);
  if (ours === undefined) return false;
  if (!ours) throw new CniError(CniCode.invalidConfig, `${path} is somebody else’s file`, 'it stays');
  await rm(path, { force: true });
  await syncDirectory(dirname(path));
  return true;
}

/** Whether the file is a build of our plugin; undefined when there is none. */
async function isOurs(path: string): Promise<boolean | undefined> {
  // Without O_NONBLOCK a pipe would be waited for.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return undefined;
  try {
    if (!(await handle.stat()).isFile()) return false;
    // Piece by piece, since somebody else's may be of any size; each with the end of the one before.
    const piece = Buffer.alloc(1024 * 1024 + mark.length);
    let kept = 0;
    for (;;) {
      const { bytesRead } = await handle.read(piece, kept, piece.length - kept);
      const filled = kept + bytesRead;
      if (piece.subarray(0, filled).includes(mark)) return true;
      if (bytesRead === 0) return false;
      kept = Math.min(mark.length - 1, filled);
      piece.copyWithin(0, filled - kept, filled);
    }
  } finally {
    await handle.close();
  }
}
