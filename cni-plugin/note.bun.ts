/** Notes for the agent, written so that one is on the disk whole or not there. */
import { noteRefused, systemCallFailed } from './failures.ts';
import { Errno, errno, errorText, fileCalls, longWayCalls, stdio } from './libc.bun.ts';

const O_RDONLY = 0;
const O_WRONLY = 1;
const O_CREAT = 0o100;
const O_EXCL = 0o200;
const O_DIRECTORY = process.arch === 'arm64' ? 0o40000 : 0o200000;
const O_NOFOLLOW = process.arch === 'arm64' ? 0o100000 : 0o400000;
const O_CLOEXEC = 0o2000000;
const AT_FDCWD = -100;

/** {@link System.writeNote} */
export function writeNote(directory: string, name: string, text: string): void {
  const temporary = `.${process.pid}.tmp`;
  try {
    makeDirectory(directory, 0o700);
    const folder = openDirectory(directory);
    fileCalls().unlinkat(folder, temporary, 0);
    writeFile(folder, temporary, new TextEncoder().encode(text));
    checked('rename', fileCalls().renameat(folder, temporary, folder, name));
    checked('fsync of the directory', fileCalls().fsync(folder));
    longWayCalls().close(folder);
  } catch (error) {
    throw noteRefused(`${directory}/${name}`, (error as Error).message);
  }
}

/** {@link System.removeNote} */
export function removeNote(directory: string, name: string): void {
  try {
    const folder = openDirectory(directory);
    fileCalls().unlinkat(folder, name, 0);
    longWayCalls().close(folder);
  } catch {
    // A note too many has the agent do again what is done.
  }
}

function makeDirectory(path: string, mode: number): void {
  if (fileCalls().mkdir(path, mode) === 0) return;
  const code = errno();
  if (code === Errno.EEXIST) return;
  if (code !== Errno.ENOENT) throw systemCallFailed(`mkdir of ${path}`, errorText(code));
  makeDirectory(path.slice(0, path.lastIndexOf('/')), 0o755);
  checked(`mkdir of ${path}`, fileCalls().mkdir(path, mode));
}

/** The agent, which has fewer rights than we have, must not lead us elsewhere by a symbolic link. */
function openDirectory(path: string): number {
  return checked(
    `open of ${path}`,
    fileCalls().openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0),
  );
}

function writeFile(folder: number, name: string, bytes: Uint8Array): void {
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  const file = checked(`creation of ${name}`, fileCalls().openat(folder, name, flags, 0o644));
  const written = checked('write', stdio.write(file, bytes, bytes));
  if (written < bytes.length) throw systemCallFailed('write', `only ${written} of ${bytes.length} bytes`);
  checked('fsync', fileCalls().fsync(file));
  longWayCalls().close(file);
}

function checked(call: string, value: number): number {
  if (value < 0) throw systemCallFailed(call, errorText());
  return value;
}
