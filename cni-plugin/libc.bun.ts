/** The system calls of the plugin, by their names in libc. Counts and descriptors fit into an int. */
import { dlopen, type Pointer, read } from 'bun:ffi';

const libcName = 'libc.so.6';

/** What every call of the plugin needs, the ordinary pod's included. `write(fd, bytes, bytes)`: the second gives the length. */
export const stdio = dlopen(libcName, {
  read: { args: ['i32', 'buffer', 'buffer_length'], returns: 'i32' },
  write: { args: ['i32', 'buffer', 'buffer_length'], returns: 'i32' },
  _exit: { args: ['i32'], returns: 'void' },
}).symbols;

/** Opened only when a pod has the annotation: loading symbols costs time. */
function openNetworkCalls() {
  return dlopen(libcName, {
    open: { args: ['cstring', 'i32'], returns: 'i32' },
    pwrite: { args: ['i32', 'buffer', 'buffer_length', 'i64'], returns: 'i32' },
    setns: { args: ['i32', 'i32'], returns: 'i32' },
    socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
    connect: { args: ['i32', 'buffer', 'buffer_length'], returns: 'i32' },
    setsockopt: { args: ['i32', 'i32', 'i32', 'buffer', 'buffer_length'], returns: 'i32' },
    sendmsg: { args: ['i32', 'buffer', 'i32'], returns: 'i32' },
  }).symbols;
}

/** Opened only when an ADD is not as usual, and for the other verbs. */
function openLongWayCalls() {
  return dlopen(libcName, {
    close: { args: ['i32'], returns: 'i32' },
    send: { args: ['i32', 'buffer', 'buffer_length', 'i32'], returns: 'i32' },
  }).symbols;
}

/** Opened only when a note is to be written or a program to be found. */
function openFileCalls() {
  return dlopen(libcName, {
    access: { args: ['cstring', 'i32'], returns: 'i32' },
    mkdir: { args: ['cstring', 'u32'], returns: 'i32' },
    openat: { args: ['i32', 'cstring', 'i32', 'u32'], returns: 'i32' },
    renameat: { args: ['i32', 'cstring', 'i32', 'cstring'], returns: 'i32' },
    unlinkat: { args: ['i32', 'cstring', 'i32'], returns: 'i32' },
    fsync: { args: ['i32'], returns: 'i32' },
  }).symbols;
}

function openErrorCalls() {
  return dlopen(libcName, {
    __errno_location: { args: [], returns: 'ptr' },
    strerror: { args: ['i32'], returns: 'cstring' },
  }).symbols;
}

let network: ReturnType<typeof openNetworkCalls> | undefined;
let longWay: ReturnType<typeof openLongWayCalls> | undefined;
let files: ReturnType<typeof openFileCalls> | undefined;
let errors: ReturnType<typeof openErrorCalls> | undefined;

/** The calls for sockets and namespaces. */
export function networkCalls() {
  network ??= openNetworkCalls();
  return network;
}

/** The calls that quick-add.bun.ts does without. */
export function longWayCalls() {
  longWay ??= openLongWayCalls();
  return longWay;
}

/** The calls for files and directories. */
export function fileCalls() {
  files ??= openFileCalls();
  return files;
}

/** Errors that the plugin tells apart (errno.h), the same on all architectures that bun runs on. */
export const Errno = { ENOENT: 2, EINTR: 4, EAGAIN: 11, EEXIST: 17, EPIPE: 32, ECONNREFUSED: 111 } as const;

/** The errno of the call that just failed. */
export function errno(): number {
  errors ??= openErrorCalls();
  return read.i32(errors.__errno_location() as Pointer);
}

/** An errno in words: `No such file or directory (errno 2)`. */
export function errorText(code = errno()): string {
  errors ??= openErrorCalls();
  return `${errors.strerror(code)} (errno ${code})`;
}
