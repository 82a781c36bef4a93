/** What main.quickjs.c adds to JavaScript: Linux's system calls and a few functions of the C library. */
import { systemCallFailed } from './failures.ts';

/** An argument of a system call: a string becomes a C string, a typed array the address of its memory. */
type Argument = number | string | Uint8Array | Uint32Array;

/** The result of a system call, or the negative errno. */
type SystemCall = (...words: Argument[]) => number;

/** Named and numbered as in Linux, see section 2 of the manual. */
type SystemCalls = Record<
  | ('clock_gettime' | 'clone' | 'close' | 'connect' | 'dup3' | 'execve' | 'exit_group' | 'faccessat' | 'fsync')
  | (
      | 'getpid'
      | 'kill'
      | 'lseek'
      | 'memfd_create'
      | 'mkdirat'
      | 'openat'
      | 'pidfd_open'
      | 'pipe2'
      | 'ppoll'
      | 'pwrite64'
    )
  | ('read' | 'renameat2' | 'sendmsg' | 'setns' | 'setsockopt' | 'socket' | 'unlinkat' | 'wait4' | 'write'),
  SystemCall
>;

interface Library extends SystemCalls {
  /** Flags of open that differ between architectures (fcntl.h). */
  readonly O_DIRECTORY: number;
  readonly O_NOFOLLOW: number;
  /** Where the memory of a typed array is. It does not move, and is there as long as the array is. */
  addressOf(bytes: Uint8Array | Uint32Array): number;
  /** UTF-8. */
  encode(text: string): ArrayBuffer;
  /** UTF-8; what is none becomes U+FFFD. */
  decode(bytes: Uint8Array): string;
  /** An errno in words: `No such file or directory`. */
  errorText(errno: number): string;
  /** `SIGKILL`. */
  signalName(signal: number): string;
  /** The environment, as `NAME=value`. */
  environment(): string[];
}

export const { libc } = globalThis as unknown as { libc: Library };

/** Errors that the plugin tells apart (errno.h), the same on all architectures. */
export const Errno = { ENOENT: 2, EINTR: 4, EAGAIN: 11, EEXIST: 17, EPIPE: 32, ECONNREFUSED: 111 } as const;

/** For openat and its like: paths are relative to the working directory (fcntl.h). */
export const AT_FDCWD = -100;

/** Of open, pipe2, dup3 and socket alike (fcntl.h). */
export const O_CLOEXEC = 0o2000000;

/** UTF-8. */
export function encode(text: string): Uint8Array {
  return new Uint8Array(libc.encode(text));
}

/** What a failed system call gave back, in words: `No such file or directory (errno 2)`. */
export function errorText(failed: number): string {
  return `${libc.errorText(-failed)} (errno ${-failed})`;
}

/** Gives back the result of a system call that has no reason to fail. Throws a CniError 5 naming the call. */
export function checked(call: string, result: number): number {
  if (result < 0) throw systemCallFailed(call, errorText(result));
  return result;
}
