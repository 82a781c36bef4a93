/**
 * A process in the kernel's place: two netlink sockets, one connected to the other, so that what is sent on it does not
 * reach the kernel and what it receives comes from us. With CAP_NET_ADMIN one may speak to another's socket.
 */
import koffi from 'koffi';
import {
  AF_NETLINK,
  bindNetlink,
  close,
  MSG_DONTWAIT,
  netlinkSocket,
  receive,
  setOption,
} from '../../agent/netlink/sys/libc.ts';

const libc = koffi.load('libc.so.6');
const c = {
  connect: libc.func('int connect(int fd, const void *address, uint32_t length)'),
  getsockname: libc.func('int getsockname(int fd, _Out_ void *address, _Inout_ void *length)'),
  send: libc.func('long send(int fd, const void *buffer, size_t length, int flags)'),
};

const SOL_SOCKET = 1;
const SO_RCVBUF = 8;

/** A struct sockaddr_nl: u16 family, u16 padding, u32 port, u32 groups. */
function nameOf(fd: number): Buffer {
  const address = Buffer.alloc(12);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(12);
  if (c.getsockname(fd, address, length) < 0) throw new Error(`getsockname: errno ${koffi.errno()}`);
  address.writeUInt16LE(AF_NETLINK, 0);
  return address;
}

function connect(fd: number, to: number): void {
  if (c.connect(fd, nameOf(to), 12) < 0) throw new Error(`connect: errno ${koffi.errno()}`);
}

/** Room for little more than that many bytes of answers; the kernel doubles it and has a minimum. */
export function limitBuffer(fd: number, bytes: number): void {
  setOption(fd, SOL_SOCKET, SO_RCVBUF, bytes);
}

export class NetlinkPeer {
  /** The end under test; whoever wraps it closes it. */
  readonly client: number;
  readonly #own: number;

  constructor() {
    [this.client, this.#own] = [netlinkSocket(), netlinkSocket()];
    for (const fd of [this.client, this.#own]) bindNetlink(fd);
    connect(this.#own, this.client);
  }

  /** Takes the kernel's place, where the client has connected itself to. */
  takeOver(): void {
    connect(this.client, this.#own);
  }

  /** Puts a datagram into the client's buffer; false when there is no room. */
  answer(datagram: Buffer): boolean {
    return c.send(this.#own, datagram, datagram.length, MSG_DONTWAIT) >= 0;
  }

  /** What the client has sent since the last call. */
  requests(): Buffer[] {
    const found: Buffer[] = [];
    const into = Buffer.alloc(512 * 1024);
    for (;;) {
      const length = receive(this.#own, into, MSG_DONTWAIT);
      if (length < 0) return found;
      found.push(Buffer.from(into.subarray(0, length)));
    }
  }

  close(): void {
    close(this.#own);
  }
}
