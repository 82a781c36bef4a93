/** Running another program, as posix_spawn(3) would. */
import { Deadline } from './deadline.ts';
import { AT_FDCWD, checked, Errno, encode, errorText, libc, O_CLOEXEC } from './libc.quickjs.ts';
import { beHome } from './namespace.quickjs.ts';
import { endedBy, notStarted } from './run.ts';
import { pointers, pollIn, timespec } from './structures.ts';
import type { Ended } from './system.ts';

const X_OK = 1;
const SIGKILL = 9;
const SIGCHLD = 17;
const MFD_CLOEXEC = 1;

interface Child {
  pid: number;
  /** What it prints. */
  stdout: number;
}

/** {@link System.isExecutable} */
export function isExecutable(path: string): boolean {
  return libc.faccessat(AT_FDCWD, path, X_OK) === 0;
}

/** {@link System.run} */
export function run(path: string, env: Readonly<Record<string, string>>, stdin: string, timeout: number): Ended {
  beHome();
  const deadline = new Deadline(timeout);
  let child: Child;
  try {
    child = start(path, withChanges(env), stdin);
  } catch (error) {
    return notStarted(error);
  }
  const { pid, stdout } = child;
  const printed = readAll(stdout, deadline);
  const isOver = printed.isWhole && isOverBy(pid, deadline);
  if (!isOver) libc.kill(pid, SIGKILL);
  const status = waitFor(pid);
  libc.close(stdout);
  // WEXITSTATUS and WTERMSIG of wait(2).
  const signal = status & 0x7f;
  if (!isOver) return endedBy(null, undefined, printed.text, timeout);
  return endedBy(signal ? null : status >> 8, signal && libc.signalName(signal), printed.text, undefined);
}

/** Throws when the program cannot be executed, in words of the kernel. */
function start(path: string, env: string[], text: string): Child {
  const stdin = memoryFile(text);
  const stdout = pipe();
  const failure = pipe();
  const [argv, envp] = [strings([path]), strings(env)];
  const pid = checked('clone', libc.clone(SIGCHLD, 0, 0, 0, 0));
  if (pid === 0) {
    libc.dup3(stdin, 0, 0);
    libc.dup3(stdout.write, 1, 0);
    const reason = new Uint32Array([-libc.execve(path, argv.pointers, envp.pointers)]);
    libc.write(failure.write, reason, reason.byteLength);
    libc.exit_group(127);
  }
  for (const ours of [stdin, stdout.write, failure.write]) libc.close(ours);
  // execve closes the other end.
  const reason = new Uint32Array(1);
  const hasFailed = libc.read(failure.read, reason, reason.byteLength) > 0;
  libc.close(failure.read);
  if (!hasFailed) return { pid, stdout: stdout.read };
  waitFor(pid);
  libc.close(stdout.read);
  throw new Error(errorText(-(reason[0] ?? 0)));
}

/** A file of its own: nobody waits for a program that does not read it. */
function memoryFile(text: string): number {
  const file = checked('memfd_create', libc.memfd_create('stdin', MFD_CLOEXEC));
  const bytes = encode(text);
  const written = checked('write', libc.pwrite64(file, bytes, bytes.length, 0));
  if (written < bytes.length) throw new Error(`its stdin: only ${written} of ${bytes.length} bytes written`);
  return file;
}

function pipe(): { read: number; write: number } {
  const ends = new Uint32Array(2);
  checked('pipe2', libc.pipe2(ends, O_CLOEXEC));
  const [read = 0, write = 0] = ends;
  return { read, write };
}

/** Our environment, with changes. */
function withChanges(env: Readonly<Record<string, string>>): string[] {
  const kept = libc.environment().filter((one) => !(one.slice(0, one.indexOf('=')) in env));
  return [...kept, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
}

/** As execve takes them; `texts` is what the pointers point to. */
function strings(list: readonly string[]): { pointers: Uint8Array; texts: Uint8Array[] } {
  const texts = list.map((text) => encode(`${text}\0`));
  return { pointers: pointers(texts.map((text) => libc.addressOf(text))), texts };
}

/** What comes until the end of the file or of the time. */
function readAll(descriptor: number, deadline: Deadline): { text: string; isWhole: boolean } {
  const parts: Uint8Array[] = [];
  const chunk = new Uint8Array(64 * 1024);
  for (;;) {
    if (!isReadableBy(descriptor, deadline)) return { text: join(parts), isWhole: false };
    const count = libc.read(descriptor, chunk, chunk.length);
    if (count <= 0) return { text: join(parts), isWhole: true };
    parts.push(chunk.slice(0, count));
  }
}

function join(parts: readonly Uint8Array[]): string {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return libc.decode(all);
}

/** A program that closed its stdout need not be over. */
function isOverBy(pid: number, deadline: Deadline): boolean {
  const descriptor = checked('pidfd_open', libc.pidfd_open(pid, 0));
  const isOver = isReadableBy(descriptor, deadline);
  libc.close(descriptor);
  return isOver;
}

function isReadableBy(descriptor: number, deadline: Deadline): boolean {
  for (;;) {
    const sizeOfNoMask = 8;
    const ready = libc.ppoll(pollIn(descriptor), 1, timespec(deadline.left), 0, sizeOfNoMask);
    if (ready >= 0) return ready > 0;
    if (ready !== -Errno.EINTR) throw new Error(`ppoll failed: ${errorText(ready)}`);
  }
}

/** The status of a program that is over. */
function waitFor(pid: number): number {
  const status = new Uint32Array(1);
  while (libc.wait4(pid, status, 0, 0) === -Errno.EINTR);
  return status[0] ?? 0;
}
