/** The client's side of a unix socket, with a descriptor attached to what it sends: Node's net cannot send one. */
import koffi from 'koffi';
import { SystemError } from './libc.ts';

const libc = koffi.load('libc.so.6');
const c = {
  socket: libc.func('int socket(int domain, int type, int protocol)'),
  connect: libc.func('int connect(int fd, const void *address, uint32_t length)'),
  sendmsg: libc.func('long sendmsg(int fd, const void *header, int flags)'),
};

const [AF_UNIX, SOCK_STREAM, SOCK_CLOEXEC] = [1, 1, 0o2000000];
const [SOL_SOCKET, SCM_RIGHTS, MSG_NOSIGNAL] = [1, 1, 0x4000];

/** sun_path without its NUL (linux/un.h). */
const maxPath = 107;

function check(result: number, call: string): number {
  if (result < 0) throw new SystemError(call, koffi.errno());
  return result;
}

/** A blocking stream socket. It belongs to the network namespace that the thread is in. */
export function unixSocket(): number {
  return check(c.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), 'socket(AF_UNIX)');
}

/** Throws a RangeError for a path that is too long, else what connect(2) says. */
export function connectUnix(fd: number, path: string): void {
  const bytes = Buffer.from(path);
  if (bytes.length > maxPath) throw new RangeError(`${path}: a socket's path has at most ${maxPath} bytes`);
  const address = Buffer.alloc(2 + bytes.length + 1);
  address.writeUInt16LE(AF_UNIX, 0);
  address.set(bytes, 2);
  check(c.connect(fd, address, address.length), `connect(${path})`);
}

/** Sends as much of `bytes` as goes, with `descriptor` on its first; the number of bytes sent. */
export function sendWithDescriptor(fd: number, bytes: Buffer, descriptor: number | undefined): number {
  const iovec = Buffer.alloc(16);
  iovec.writeBigUInt64LE(koffi.address(bytes), 0);
  iovec.writeBigUInt64LE(BigInt(bytes.length), 8);
  const control = Buffer.alloc(24);
  control.writeUInt32LE(20, 0);
  control.writeInt32LE(SOL_SOCKET, 8);
  control.writeInt32LE(SCM_RIGHTS, 12);
  control.writeInt32LE(descriptor ?? -1, 16);
  const header = Buffer.alloc(56);
  header.writeBigUInt64LE(koffi.address(iovec), 16);
  header.writeBigUInt64LE(1n, 24);
  if (descriptor !== undefined) {
    header.writeBigUInt64LE(koffi.address(control), 32);
    header.writeBigUInt64LE(BigInt(control.length), 40);
  }
  const sent = check(c.sendmsg(fd, header, MSG_NOSIGNAL), 'sendmsg');
  // The collector does not see the addresses inside header and iovec: this use keeps their targets alive.
  return iovec.length + control.length + bytes.length > 0 ? sent : 0;
}
