/**
 * TCP sockets of this process in other network namespaces, blocking and bound to a device where a test wants
 * it: a probe needs no process of its own, and a connection outlives whatever happens to the agent.
 */
import { closeSync, readSync, writeSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import koffi from 'koffi';
import { inside, socketAddress } from './inside.ts';
import type { Netns } from './netns.ts';

const libc = koffi.load('libc.so.6');
const c = {
  socket: libc.func('int socket(int domain, int type, int protocol)'),
  setsockopt: libc.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)'),
  bind: libc.func('int bind(int fd, const void *address, uint32_t length)'),
  listen: libc.func('int listen(int fd, int backlog)'),
  accept: libc.func('int accept(int fd, void *address, void *length)'),
  connect: libc.func('int connect(int fd, const void *address, uint32_t length)'),
};
const [AF_INET6, SOCK_STREAM, SOCK_CLOEXEC] = [10, 1, 0o2000000];
const [SOL_SOCKET, SO_REUSEADDR, SO_RCVTIMEO, SO_SNDTIMEO, SO_BINDTODEVICE] = [1, 2, 20, 21, 25];

/** errno of a failed call as a word: `ECONNREFUSED`; `timeout` where the deadline passed. */
function lastError(): string {
  const name = getSystemErrorMap().get(-koffi.errno())?.[0] ?? `errno ${koffi.errno()}`;
  return ['EAGAIN', 'EINPROGRESS', 'ETIMEDOUT'].includes(name) ? 'timeout' : name;
}

function check(result: number, what: string): number {
  if (result < 0) throw new Error(`${what}: ${lastError()}`);
  return result;
}

/** How long the calls of a socket wait, in seconds. */
const patience = 2n;

function tcpSocket(family: number, device: string | undefined): number {
  const fd = check(c.socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), 'socket');
  const time = Buffer.alloc(16);
  time.writeBigInt64LE(patience, 0);
  for (const option of [SO_RCVTIMEO, SO_SNDTIMEO]) check(c.setsockopt(fd, SOL_SOCKET, option, time, 16), 'timeout');
  if (device !== undefined) {
    check(
      c.setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, Buffer.from(`${device}\0`), device.length + 1),
      `bind to ${device}`,
    );
  }
  return fd;
}

/** One end of a TCP connection. */
export class Connection {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  send(text: string): void {
    writeSync(this.#fd, text);
  }

  /** What has come, waiting for it at most as long as the socket's patience. */
  receive(): string {
    const buffer = Buffer.alloc(1024);
    return buffer.toString('utf8', 0, readSync(this.#fd, buffer));
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** A listening socket. The kernel completes handshakes whether or not anybody accepts. */
export class Listener {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  accept(): Connection {
    return new Connection(check(c.accept(this.#fd, null, null), 'accept'));
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Listens on all addresses of both families; bound to `device`, where one is given. */
export function listen(netns: Netns, port: number, device?: string): Listener {
  return inside(netns, () => {
    const fd = tcpSocket(AF_INET6, device);
    check(c.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, Buffer.from([1, 0, 0, 0]), 4), 'SO_REUSEADDR');
    check(c.bind(fd, socketAddress('::', port), 28), `bind to port ${port}`);
    check(c.listen(fd, 16), 'listen');
    return new Listener(fd);
  });
}

/** Connects; throws when that does not succeed within the patience. */
export function connect(netns: Netns, address: string, port: number, device?: string): Connection {
  return inside(netns, () => {
    const to = socketAddress(address, port);
    const fd = tcpSocket(to.readUInt16LE(0), device);
    if (c.connect(fd, to, to.length) === 0) return new Connection(fd);
    const reason = lastError();
    closeSync(fd);
    throw new Error(`connect to ${address} port ${port}: ${reason}`);
  });
}
