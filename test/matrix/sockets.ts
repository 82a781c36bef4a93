/** Sockets of every kind inside any namespace, from one process: the thread enters, opens, and comes back. */
import { closeSync } from 'node:fs';
import koffi from 'koffi';
import { inside, socketAddress } from '../support/inside.ts';
import type { Netns } from '../support/netns.ts';

const libc = koffi.load('libc.so.6');
const c = {
  socket: libc.func('int socket(int domain, int type, int protocol)'),
  setsockopt: libc.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)'),
  bind: libc.func('int bind(int fd, const void *address, uint32_t length)'),
  listen: libc.func('int listen(int fd, int backlog)'),
  accept: libc.func('int accept(int fd, void *address, void *length)'),
  connect: libc.func('int connect(int fd, const void *address, uint32_t length)'),
  sendto: libc.func(
    'long sendto(int fd, const void *data, size_t length, int flags, const void *to, uint32_t toLength)',
  ),
  recvfrom: libc.func(
    'long recvfrom(int fd, _Out_ void *data, size_t length, int flags, _Out_ void *from, _Inout_ void *fromLength)',
  ),
  nameToIndex: libc.func('uint32_t if_nametoindex(const char *name)'),
};

const [AF_INET, AF_INET6, AF_PACKET] = [2, 10, 17];
const [SOCK_STREAM, SOCK_DGRAM, SOCK_RAW] = [1, 2, 3];
const flags = 0o2000000 | 0o4000; // SOCK_CLOEXEC | SOCK_NONBLOCK
const [SOL_SOCKET, SO_REUSEADDR, SO_LINGER, SO_BINDTODEVICE, SO_RCVBUFFORCE] = [1, 2, 13, 25, 33];
const [IPPROTO_IP, IP_ADD_MEMBERSHIP, IPPROTO_IPV6, IPV6_JOIN_GROUP] = [0, 35, 41, 20];
const everyProtocol = 0x0300; // htons(ETH_P_ALL)
/** sockaddr_ll.sll_pkttype of what this machine sends itself. */
export const packetOutgoing = 4;

/** A family of the Internet Protocol. */
export type Family = 4 | 6;

function check(result: number, what: string): number {
  if (result < 0) throw new Error(`${what}: errno ${koffi.errno()}`);
  return result;
}

const int = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};

/** What a socket received, with the sender's socket address as the kernel wrote it. */
export interface Received {
  data: Buffer;
  from: Buffer;
}

const room = Buffer.alloc(4096);

/** A non-blocking socket. */
export class Sock {
  readonly fd: number;

  constructor(domain: number, type: number, protocol: number) {
    this.fd = check(c.socket(domain, type | flags, protocol), 'socket');
    // Without a large buffer what one burst brings would be lost.
    check(c.setsockopt(this.fd, SOL_SOCKET, SO_RCVBUFFORCE, int(8 << 20), 4), 'SO_RCVBUFFORCE');
  }

  bindToDevice(device: string): this {
    const name = Buffer.from(`${device}\0`);
    check(c.setsockopt(this.fd, SOL_SOCKET, SO_BINDTODEVICE, name, name.length), `bind to ${device}`);
    return this;
  }

  bind(address: Buffer): this {
    check(c.setsockopt(this.fd, SOL_SOCKET, SO_REUSEADDR, int(1), 4), 'SO_REUSEADDR');
    check(c.bind(this.fd, address, address.length), 'bind');
    return this;
  }

  /** Joins a group on the interface with this index; where the interface has no such family, nothing. */
  join(group: Uint8Array, index: number): this {
    const v6 = group.length === 16;
    const request = Buffer.concat([group, ...(v6 ? [] : [int(0)]), int(index)]);
    const [level, name] = v6 ? [IPPROTO_IPV6, IPV6_JOIN_GROUP] : [IPPROTO_IP, IP_ADD_MEMBERSHIP];
    c.setsockopt(this.fd, level, name, request, request.length);
    return this;
  }

  /** Sends; what the kernel refuses at once is an outcome like silence. */
  send(data: Buffer, to: Buffer): void {
    c.sendto(this.fd, data, data.length, 0, to, to.length);
  }

  /** What has come; undefined when nothing is there. */
  receive(): Received | undefined {
    const from = Buffer.alloc(28);
    const length = c.recvfrom(this.fd, room, room.length, 0, from, int(from.length));
    return length < 0 ? undefined : { data: Buffer.from(room.subarray(0, length)), from };
  }

  /** Takes and ends every connection that waits. */
  acceptAll(): void {
    for (;;) {
      const fd: number = c.accept(this.fd, null, null);
      if (fd < 0) return;
      reset(fd);
    }
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** Closes a connection by a reset, so that nothing of it lingers. */
function reset(fd: number): void {
  c.setsockopt(fd, SOL_SOCKET, SO_LINGER, Buffer.concat([int(1), int(0)]), 8);
  closeSync(fd);
}

/** Hears every frame that comes in by any interface of a namespace, or by `device` alone. Before filters at ingress. */
export function sniffer(netns: Netns, device?: string): Sock {
  return inside(netns, () => {
    const sock = new Sock(AF_PACKET, SOCK_RAW, device === undefined ? everyProtocol : 0);
    return device === undefined ? sock : sock.bind(linkAddress(device));
  });
}

function linkAddress(device: string): Buffer {
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16LE(everyProtocol, 2);
  address.writeInt32LE(c.nameToIndex(device), 4);
  return address;
}

/** Hears every packet of a protocol that the namespace's own stack takes as its own, whether any program listens or not. */
export function localDelivery(netns: Netns, family: Family, protocol: number): Sock {
  return inside(netns, () => new Sock(family === 6 ? AF_INET6 : AF_INET, SOCK_RAW, protocol));
}

/** A server on all addresses of both families; bound to `device`, where one is given. */
export function server(netns: Netns, protocol: 'tcp' | 'udp', port: number, device?: string): Sock {
  return inside(netns, () => {
    const sock = new Sock(AF_INET6, protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM, 0);
    if (device !== undefined) sock.bindToDevice(device);
    sock.bind(socketAddress('::', port));
    if (protocol === 'tcp') check(c.listen(sock.fd, 512), 'listen');
    return sock;
  });
}

/** Is a member of groups on an interface for as long as it is open. */
export function member(netns: Netns, addresses: readonly Uint8Array[], device: string): Sock {
  return inside(netns, () => {
    const sock = new Sock(AF_INET6, SOCK_DGRAM, 0);
    for (const address of addresses) sock.join(address, c.nameToIndex(device));
    return sock;
  });
}

/** Sends frames as they are by one interface. */
export class FrameSender {
  readonly #sock: Sock;
  readonly #to: Buffer;

  constructor(netns: Netns, device: string) {
    [this.#sock, this.#to] = inside(netns, () => [new Sock(AF_PACKET, SOCK_RAW, 0), linkAddress(device)]);
  }

  send(frame: Buffer): void {
    this.#sock.send(frame, this.#to);
  }

  close(): void {
    this.#sock.close();
  }
}

/** AF_INET or AF_INET6. */
export const domainOf = (family: Family) => (family === 6 ? AF_INET6 : AF_INET);

/** What kind of socket sends a probe. */
export const socketTypes = { echo: SOCK_RAW, tcp: SOCK_STREAM, udp: SOCK_DGRAM } as const;

/** Index of an interface of the namespace that the thread is in. */
export const deviceIndex = (name: string): number => c.nameToIndex(name);

/** Begins a connection that ends by a reset when it is closed: its port must be free for the next run. */
export function connect({ fd }: Sock, there: Buffer): void {
  c.setsockopt(fd, SOL_SOCKET, SO_LINGER, Buffer.concat([int(1), int(0)]), 8);
  c.connect(fd, there, there.length);
}
