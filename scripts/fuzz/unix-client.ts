/** A client of a unix socket that sends descriptors along, of whatever kind and number, as whatever user. */
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import koffi from 'koffi';

const libc = koffi.load('libc.so.6');
const c = {
  socket: libc.func('int socket(int domain, int type, int protocol)'),
  connect: libc.func('int connect(int fd, const void *address, uint32_t length)'),
  sendmsg: libc.func('long sendmsg(int fd, const void *header, int flags)'),
  socketpair: libc.func('int socketpair(int domain, int type, int protocol, _Out_ void *fds)'),
  pipe: libc.func('int pipe(_Out_ void *fds)'),
};

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const ETOOMANYREFS = 109;

function check(result: number, call: string): number {
  if (result < 0) throw new Error(`${call}: errno ${koffi.errno()}`);
  return result;
}

/** A descriptor of a socket of this kind. */
export function anySocket(domain: number, type: number, protocol: number): number {
  return check(c.socket(domain, type | SOCK_CLOEXEC, protocol), 'socket');
}

/** Both ends of a pipe, or of a pair of unix sockets. */
export function pair(kind: 'pipe' | 'unix'): [number, number] {
  const fds = Buffer.alloc(8);
  if (kind === 'pipe') check(c.pipe(fds), 'pipe');
  else check(c.socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 'socketpair');
  return [fds.readInt32LE(0), fds.readInt32LE(4)];
}

/** Connects; the other side sees the effective user of this moment. */
export function connect(path: string, uid: number): number {
  const address = Buffer.alloc(110);
  address.writeUInt16LE(AF_UNIX, 0);
  address.write(path, 2);
  const fd = anySocket(AF_UNIX, SOCK_STREAM, 0);
  process.seteuid?.(uid);
  try {
    check(c.connect(fd, address, address.length), `connect(${path})`);
  } finally {
    process.seteuid?.(0);
  }
  return fd;
}

/** Sends what the socket takes at once and says how many bytes that were; undefined when the other side has closed. */
export function send(fd: number, bytes: Buffer, descriptors: readonly number[]): number | undefined {
  const iovec = Buffer.alloc(16);
  iovec.writeBigUInt64LE(koffi.address(bytes), 0);
  iovec.writeBigUInt64LE(BigInt(bytes.length), 8);
  const control = Buffer.alloc(16 + 4 * descriptors.length);
  control.writeBigUInt64LE(BigInt(control.length), 0);
  control.writeInt32LE(SOL_SOCKET, 8);
  control.writeInt32LE(SCM_RIGHTS, 12);
  for (const [i, descriptor] of descriptors.entries()) control.writeInt32LE(descriptor, 16 + 4 * i);
  const header = Buffer.alloc(56);
  header.writeBigUInt64LE(koffi.address(iovec), 16);
  header.writeBigUInt64LE(1n, 24);
  if (descriptors.length > 0) {
    header.writeBigUInt64LE(koffi.address(control), 32);
    header.writeBigUInt64LE(BigInt(control.length), 40);
  }
  const sent = c.sendmsg(fd, header, MSG_DONTWAIT | MSG_NOSIGNAL);
  // Their addresses sit in other buffers, where the collector cannot see them.
  const alive = iovec.length + control.length + bytes.length > 0;
  if (alive && sent >= 0) return sent;
  const errno = koffi.errno();
  // Only so many descriptors may be under way at once (RLIMIT_NOFILE): some must arrive first.
  if (errno === koffi.os.errno.EAGAIN || errno === ETOOMANYREFS) return 0;
  if (errno === koffi.os.errno.EPIPE || errno === koffi.os.errno.ECONNRESET) return undefined;
  throw new Error(`sendmsg: errno ${errno}`);
}

/** Sends all of it, as far as the other side takes it. */
export async function sendAll(fd: number, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const sent = send(fd, bytes.subarray(at), []);
    if (sent === undefined) return;
    at += sent;
    if (sent === 0) await sleep(2);
  }
}

/** Ends the sending side if told so, and gives all that comes back until the other side closes. */
export function listenTo(fd: number, ends: boolean, patience: number): Promise<string> {
  const socket = new net.Socket({ fd });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  const timer = setTimeout(() => {
    socket.destroy();
    reject(new Error(`no end of the answer within ${patience} ms; so far ${JSON.stringify(text)}`));
  }, patience);
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  // The other side may close without having read all: what it said before that has come.
  socket.on('error', () => {});
  socket.on('close', () => {
    clearTimeout(timer);
    resolve(text);
  });
  if (ends) socket.end();
  return promise;
}
