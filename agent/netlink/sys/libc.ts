/**
 * The only file with foreign functions: the system calls that Node has no API for. Each throws a
 * {@link SystemError} where C returns -1. x86_64 and arm64 Linux, glibc (both little endian, the same
 * layouts).
 */
import { getSystemErrorMap } from 'node:util';
import koffi from 'koffi';

const libc = koffi.load('libc.so.6');

const c = {
  socket: libc.func('int socket(int domain, int type, int protocol)'),
  bind: libc.func('int bind(int fd, const void *address, uint32_t length)'),
  connect: libc.func('int connect(int fd, const void *address, uint32_t length)'),
  send: libc.func('long send(int fd, const void *buffer, size_t length, int flags)'),
  recv: libc.func('long recv(int fd, _Out_ void *buffer, size_t length, int flags)'),
  recvmsg: libc.func('long recvmsg(int fd, _Inout_ void *header, int flags)'),
  setsockopt: libc.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)'),
  getsockopt: libc.func('int getsockopt(int fd, int level, int name, _Out_ void *value, _Inout_ void *length)'),
  poll: libc.func('int poll(_Inout_ void *fds, unsigned long count, int timeout)'),
  ioctl: libc.func('int ioctl(int fd, unsigned long request)'),
  close: libc.func('int close(int fd)'),
  open: libc.func('int open(const char *path, int flags, int mode)'),
  setns: libc.func('int setns(int fd, int type)'),
  unshare: libc.func('int unshare(int flags)'),
  mount: libc.func(
    'int mount(const char *source, const char *target, const char *type, unsigned long flags, void *data)',
  ),
  umount2: libc.func('int umount2(const char *target, int flags)'),
  mallocTrim: libc.func('int malloc_trim(size_t keep)'),
};

const errors = new Map<number, [name: string, message: string]>([
  // The kernel's answer to a port too many of a bridge; libuv has no name for it.
  [-54, ['EXFULL', 'exchange full']],
  ...getSystemErrorMap(),
]);

/** `ENODEV` for 19. */
export function errnoName(errno: number): string {
  return errors.get(-errno)?.[0] ?? `errno ${errno}`;
}

/** A system call that failed: `errno` as a positive number, `call` as in `setns(/run/netns/x)`. */
export class SystemError extends Error {
  readonly errno: number;
  readonly code: string;
  constructor(call: string, errno: number) {
    super(`${call}: ${errnoName(errno)} (${errors.get(-errno)?.[1] ?? 'unknown error'})`);
    this.errno = errno;
    this.code = errnoName(errno);
  }
}

function check(result: number, call: string): number {
  if (result < 0) throw new SystemError(call, koffi.errno());
  return result;
}

const CLONE_NEWNET = 0x40000000;
const O_CLOEXEC = 0o2000000;
const O_NONBLOCK = 0o4000;
const MS_BIND = 4096;
const MNT_DETACH = 2;
const SIOCGSKNS = 0x894c;

export const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = O_CLOEXEC;
export const MSG_DONTWAIT = 0x40;
const MSG_CMSG_CLOEXEC = 0x40000000;
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const SO_RCVTIMEO = 20;
const SO_PROTOCOL = 38;
const SO_DOMAIN = 39;
const SCM_RIGHTS = 1;
const POLLIN = 1;
const POLLHUP = 0x10;

export function netlinkSocket(): number {
  return check(c.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0), 'socket(AF_NETLINK)');
}

/** Binds a netlink socket to the multicast groups in `groups`, a bit mask. */
export function bindNetlink(fd: number, groups = 0): void {
  const address = Buffer.alloc(12);
  address.writeUInt16LE(AF_NETLINK, 0);
  address.writeUInt32LE(groups, 8);
  check(c.bind(fd, address, address.length), 'bind(AF_NETLINK)');
}

/**
 * For what is read or written within one call: a small buffer of its own would be born inside V8's heap, and moved out of
 * it for C.
 */
const scratch = Buffer.allocUnsafeSlow(64);
const optionLength = Buffer.allocUnsafeSlow(4);

export function setOption(fd: number, level: number, name: number, value: number): void {
  scratch.writeInt32LE(value);
  if (c.setsockopt(fd, level, name, scratch, 4) < 0)
    throw new SystemError(`setsockopt(${level}, ${name})`, koffi.errno());
}

/** An empty sockaddr_nl: the kernel's own port. */
const kernel = Buffer.alloc(12);
kernel.writeUInt16LE(AF_NETLINK, 0);

/**
 * From now on nobody but the kernel can send to this netlink socket: without that, any process with CAP_NET_ADMIN in its
 * namespace can answer in the kernel's place.
 */
export function connectToKernel(fd: number): void {
  check(c.connect(fd, kernel, kernel.length), 'connect(AF_NETLINK)');
}

/** Makes {@link receive} return -1 after that many milliseconds without anything to read. */
export function limitReceive(fd: number, milliseconds: number): void {
  // struct timeval: i64 seconds, i64 microseconds.
  scratch.fill(0, 0, 16).writeUInt32LE(Math.floor(milliseconds / 1000), 0);
  scratch.writeUInt32LE((milliseconds % 1000) * 1000, 8);
  check(c.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, scratch, 16), 'setsockopt(SO_RCVTIMEO)');
}

export function send(fd: number, bytes: Buffer): number {
  return check(c.send(fd, bytes, bytes.length, 0), 'send');
}

/** What a call has come to, or -1 where nothing is to be had at the moment. */
function unlessLater(result: number, call: string): number {
  if (result >= 0) return result;
  const errno = koffi.errno();
  if (errno === koffi.os.errno.EAGAIN || errno === koffi.os.errno.EINTR) return -1;
  throw new SystemError(call, errno);
}

/** Number of bytes that went at once; 0 when there is no room for any. */
export function sendNow(fd: number, bytes: Buffer): number {
  return Math.max(0, unlessLater(c.send(fd, bytes, bytes.length, MSG_DONTWAIT), 'send'));
}

/** Sends from another thread: for requests that the kernel answers only after an RCU grace period. */
export function sendAsync(fd: number, bytes: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    c.send.async(fd, bytes, bytes.length, 0, (error: Error | null, result: number) => {
      if (error) reject(error);
      else resolve(result);
    });
  });
}

/** Number of bytes received, or -1 when nothing is there and `flags` has MSG_DONTWAIT, or none came in the time of {@link limitReceive}. */
export function receive(fd: number, into: Buffer, flags = 0): number {
  let length: number;
  // With a time limit the kernel does not go on by itself after a signal (man 7 signal).
  do length = c.recv(fd, into, into.length, flags);
  while (length < 0 && koffi.errno() === koffi.os.errno.EINTR);
  return unlessLater(length, 'recv');
}

/** struct pollfd: i32 descriptor, i16 events asked for, i16 events that there are. */
function pollRecord(fd: number, into: Buffer): Buffer {
  into.writeInt32LE(fd, 0);
  into.writeInt32LE(POLLIN, 4);
  return into;
}

/** Whether something can be read, waiting at most `milliseconds` and holding the event loop. */
export function pollReadable(fd: number, milliseconds: number): boolean {
  return c.poll(pollRecord(fd, scratch), 1, milliseconds) > 0;
}

/** The same without holding the event loop. */
export function pollReadableAsync(fd: number, milliseconds: number): Promise<boolean> {
  const record = pollRecord(fd, Buffer.alloc(8));
  return new Promise((resolve, reject) => {
    c.poll.async(record, 1, milliseconds, (error: Error | null, result: number) => {
      if (error) reject(error);
      else resolve(result > 0 && record.length > 0);
    });
  });
}

/** Whether the other side of a connection has closed it for both directions. */
export function isHungUp(fd: number): boolean {
  c.poll(pollRecord(fd, scratch), 1, 0);
  return (scratch.readInt16LE(6) & POLLHUP) !== 0;
}

/** struct msghdr, the struct iovec and the control message that it points to; made once, since nothing keeps alive what C only has the address of. */
const message = {
  header: Buffer.allocUnsafeSlow(56).fill(0),
  iovec: Buffer.allocUnsafeSlow(16),
  control: Buffer.allocUnsafeSlow(24),
};
message.header.writeBigUInt64LE(koffi.address(message.iovec), 16);
message.header.writeBigUInt64LE(1n, 24);
message.header.writeBigUInt64LE(koffi.address(message.control), 32);
/** struct cmsghdr and one descriptor: of more the kernel closes the rest. */
const oneDescriptor = 20;

/** Reads from a unix socket, with at most one descriptor; undefined when nothing is there yet. */
export function receiveWithDescriptor(fd: number, into: Buffer): { length: number; descriptor?: number } | undefined {
  const { header, iovec, control } = message;
  iovec.writeBigUInt64LE(koffi.address(into), 0);
  iovec.writeBigUInt64LE(BigInt(into.length), 8);
  // The kernel has put there what it used.
  header.writeUInt32LE(oneDescriptor, 40);
  const length = unlessLater(c.recvmsg(fd, header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC), 'recvmsg');
  if (length < 0) return undefined;
  const came = header.readUInt32LE(40) >= oneDescriptor;
  const isDescriptor = came && control.readInt32LE(8) === SOL_SOCKET && control.readInt32LE(12) === SCM_RIGHTS;
  return isDescriptor ? { length, descriptor: control.readInt32LE(16) } : { length };
}

/** Reads an option of that many bytes into {@link scratch}. */
function readOption(fd: number, name: number, length: number): Buffer {
  optionLength.writeUInt32LE(length);
  if (c.getsockopt(fd, SOL_SOCKET, name, scratch, optionLength) < 0) {
    throw new SystemError(`getsockopt(${name})`, koffi.errno());
  }
  return scratch;
}

export interface PeerCredentials {
  pid: number;
  uid: number;
  gid: number;
}

/** Who connected to a unix socket (SO_PEERCRED), as of the moment of connect(2). */
export function peerCredentials(fd: number): PeerCredentials {
  const value = readOption(fd, SO_PEERCRED, 12);
  return { pid: value.readInt32LE(0), uid: value.readUInt32LE(4), gid: value.readUInt32LE(8) };
}

/** The domain, type and protocol of a socket, to tell a netlink route socket from anything else. */
export function socketKind(fd: number): { domain: number; protocol: number } {
  const read = (name: number) => readOption(fd, name, 4).readInt32LE(0);
  return { domain: read(SO_DOMAIN), protocol: read(SO_PROTOCOL) };
}

/** A descriptor of the network namespace that a socket was opened in; needs CAP_NET_ADMIN there. */
export function namespaceOfSocket(fd: number): number {
  return check(c.ioctl(fd, SIOCGSKNS), 'ioctl(SIOCGSKNS)');
}

/** Opens for reading, without waiting: a pipe without a writer would hold up the whole agent. */
export function openPath(path: string): number {
  return check(c.open(path, O_CLOEXEC | O_NONBLOCK, 0), `open(${path})`);
}

export function close(fd: number): void {
  c.close(fd);
}

/** Moves the calling thread into a network namespace; needs CAP_SYS_ADMIN. */
export function enterNamespace(fd: number): void {
  check(c.setns(fd, CLONE_NEWNET), 'setns(CLONE_NEWNET)');
}

/** Moves the calling thread into a new, empty network namespace; needs CAP_SYS_ADMIN. */
export function newNamespace(): void {
  check(c.unshare(CLONE_NEWNET), 'unshare(CLONE_NEWNET)');
}

export function bindMount(source: string, target: string): void {
  check(c.mount(source, target, 'none', MS_BIND, null), `mount(${source}, ${target})`);
}

export function unmount(target: string): void {
  check(c.umount2(target, MNT_DETACH), `umount(${target})`);
}

/** Gives what malloc holds and nobody uses back to the system, of the heaps of all threads. */
export function trimHeap(): void {
  c.mallocTrim(0);
}
