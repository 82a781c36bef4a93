/** Notes for the agent, written so that one is on the disk whole or not there. */
import { noteRefused, systemCallFailed } from './failures.ts';
import { AT_FDCWD, checked, Errno, encode, errorText, libc, O_CLOEXEC } from './libc.quickjs.ts';

const O_RDONLY = 0;
const O_WRONLY = 1;
const O_CREAT = 0o100;
const O_EXCL = 0o200;

/** {@link System.writeNote} */
export function writeNote(directory: string, name: string, text: string): void {
  const temporary = `.${libc.getpid()}.tmp`;
  try {
    makeDirectory(directory, 0o700);
    const folder = openDirectory(directory);
    libc.unlinkat(folder, temporary, 0);
    writeFile(folder, temporary, encode(text));
    checked('rename', libc.renameat2(folder, temporary, folder, name, 0));
    checked('fsync of the directory', libc.fsync(folder));
    libc.close(folder);
  } catch (error) {
    throw noteRefused(`${directory}/${name}`, (error as Error).message);
  }
}

/** {@link System.removeNote} */
export function removeNote(directory: string, name: string): void {
  try {
    const folder = openDirectory(directory);
    libc.unlinkat(folder, name, 0);
    libc.close(folder);
  } catch {
    // A note too many has the agent do again what is done.
  }
}

function makeDirectory(path: string, mode: number): void {
  const made = libc.mkdirat(AT_FDCWD, path, mode);
  if (made === 0 || made === -Errno.EEXIST) return;
  if (made !== -Errno.ENOENT) throw systemCallFailed(`mkdir of ${path}`, errorText(made));
  makeDirectory(path.slice(0, path.lastIndexOf('/')), 0o755);
  checked(`mkdir of ${path}`, libc.mkdirat(AT_FDCWD, path, mode));
}

/** The agent, which has fewer rights than we have, must not lead us elsewhere by a symbolic link. */
function openDirectory(path: string): number {
  const flags = O_RDONLY | libc.O_DIRECTORY | libc.O_NOFOLLOW | O_CLOEXEC;
  return checked(`open of ${path}`, libc.openat(AT_FDCWD, path, flags));
}

function writeFile(folder: number, name: string, bytes: Uint8Array): void {
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  const file = checked(`creation of ${name}`, libc.openat(folder, name, flags, 0o644));
  const written = checked('write', libc.write(file, bytes, bytes.length));
  if (written < bytes.length) throw systemCallFailed('write', `only ${written} of ${bytes.length} bytes`);
  checked('fsync', libc.fsync(file));
  libc.close(file);
}
