/** One probe through the kernel's own stack, as any program sends it. */

import { inside, socketAddress } from '../support/inside.ts';
import type { Netns } from '../support/netns.ts';
import { connect, deviceIndex, domainOf, type Family, Sock, socketTypes } from './sockets.ts';

/** `port` of echo is ignored. */
export interface Probe {
  protocol: 'echo' | 'tcp' | 'udp';
  to: string;
  port: number;
  /** Binds the socket to an interface. */
  device?: string;
}

/** Sends one probe, whose source port or echo identifier is `token`; the socket is to be closed when all is over. */
export function probe(netns: Netns, { protocol, to, port, device }: Probe, token: number): Sock {
  const family: Family = to.includes(':') ? 6 : 4;
  return inside(netns, () => {
    const sock = new Sock(domainOf(family), socketTypes[protocol], protocol === 'echo' ? { 4: 1, 6: 58 }[family] : 0);
    if (device !== undefined) sock.bindToDevice(device);
    const index = device === undefined ? 0 : deviceIndex(device);
    const there = socketAddress(to, protocol === 'echo' ? 0 : port, index);
    if (protocol === 'echo') {
      sock.send(echoRequest(family, token), there);
      return sock;
    }
    sock.bind(socketAddress(family === 6 ? '::' : '0.0.0.0', token));
    if (protocol === 'udp') sock.send(Buffer.from('probe'), there);
    else connect(sock, there);
    return sock;
  });
}

/** The kernel fills in the checksum of IPv6, which covers addresses; that of IPv4 is ours. */
function echoRequest(family: Family, token: number): Buffer {
  const message = Buffer.alloc(16);
  message[0] = family === 6 ? 128 : 8;
  message.writeUInt16BE(token, 4);
  if (family === 4) message.writeUInt16BE(~((0x0800 + token) % 0xffff) & 0xffff, 2);
  return message;
}
