/** The system calls of the plugin, by their names in libc. Counts and descriptors fit into an int. */
import { dlopen, type Pointer, read } from 'bun:ffi';

const libcName = 'libc.so.6';

/** What every call of the plugin needs, the ordinary pod's included. `write(fd, bytes, bytes)`: the second gives the length. */
export const stdio = dlopen(libcName, {
  read: { args: ['i32', 'buffer', 'buffer_length'], returns: 'i32' },
  write: { args: ['i32', 'buffer', 'buffer_length'], returns: 'i32' },
  _exit: { args: ['i32'], returns: 'void' },
  __errno_location: { args: [], returns: 'ptr' },
}).symbols;

/** Opened only when a pod has the annotation: loading symbols costs time. */
export function openNetworkCalls() {
  return dlopen(libcName, {
    open: { args: ['cstring', 'i32'], returns: 'i32' },
    close: { args: ['i32'], returns: 'i32' },
    setns: { args: ['i32', 'i32'], returns: 'i32' },
    socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
    connect: { args: ['i32', 'buffer', 'buffer_length'], returns: 'i32' },
    setsockopt: { args: ['i32', 'i32', 'i32', 'buffer', 'buffer_length'], returns: 'i32' },
    sendmsg: { args: ['i32', 'buffer', 'i32'], returns: 'i32' },
    send: { args: ['i32', 'buffer', 'buffer_length', 'i32'], returns: 'i32' },
    strerror: { args: ['i32'], returns: 'cstring' },
  }).symbols;
}

export type NetworkCalls = ReturnType<typeof openNetworkCalls>;

/** Errors that the plugin tells apart (errno.h). */
export const Errno = { EINTR: 4, EAGAIN: 11, EPIPE: 32 } as const;

/** The errno of the call that just failed. */
export function errno(): number {
  return read.i32(stdio.__errno_location() as Pointer);
}
