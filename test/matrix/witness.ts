/** Who hears what: packet sockets in every namespace, and servers and raw sockets where a probe might arrive. */
import { toBytes } from '../../common/addresses.ts';
import type { Netns } from '../support/netns.ts';
import { groups, portless } from './groups.ts';
import { type Heard, inFrame, inIpv4, inPayload } from './sightings.ts';
import {
  type Family,
  localDelivery,
  member,
  packetOutgoing,
  type Received,
  type Sock,
  server,
  sniffer,
} from './sockets.ts';

/** Something heard, and where: `pod net1` by an interface, `node stack` by a namespace's own stack, `node server 10250` by a program. */
export interface Sighting extends Heard {
  /** Name of the namespace. */
  netns: string;
  place: string;
}

interface Ear {
  sock: Sock;
  hear: (received: Received) => Sighting | undefined;
}

/** IPPROTO_ICMP, TCP, UDP; of IPv6 ICMPv6 in the first's place. */
const protocols = { 4: [1, 6, 17], 6: [58, 6, 17] } as const;

/** Also what is sent to groups alone. */
const groupProtocols = {
  4: [...protocols[4], ...Object.values(portless)],
  6: [...protocols[6], portless.ospf, portless.vrrp],
} as const;

/** All witnesses of a scene. */
export class Witnesses {
  readonly #ears: Ear[] = [];
  readonly #listeners: Sock[] = [];

  /** Every frame that comes in by an interface of the namespace. */
  frames(name: string, netns: Netns, interfaces: ReadonlyMap<number, string>): void {
    this.#hear(sniffer(netns), ({ data, from }) => {
      if (from[10] === packetOutgoing) return undefined;
      const dev = interfaces.get(from.readInt32LE(4)) ?? 'another interface';
      return dev === 'lo' ? undefined : sighted(name, dev, inFrame(data));
    });
  }

  /** Every frame that one interface carries, in or out: `place` is what the network behind it is called. */
  segment(name: string, netns: Netns, device: string, place: string): void {
    this.#hear(sniffer(netns, device), ({ data }) => sighted(name, place, inFrame(data)));
  }

  /** Every packet that the namespace's own stack takes. */
  stack(name: string, netns: Netns, which: Record<Family, readonly number[]> = protocols): void {
    for (const family of [4, 6] as const)
      for (const protocol of which[family])
        this.#hear(localDelivery(netns, family, protocol), ({ data }) =>
          sighted(name, 'stack', family === 4 ? inIpv4(data) : inPayload(protocol, data, 'IPv6')),
        );
  }

  /** The same of a namespace that has joined every group on all of these interfaces, as a daemon for mDNS does. */
  memberStack(name: string, netns: Netns, interfaces: readonly string[]): void {
    this.stack(name, netns, groupProtocols);
    const addresses = groups.map(({ address }) => toBytes(address));
    for (const device of interfaces) this.#listeners.push(member(netns, addresses, device));
  }

  /** A TCP and a UDP server, which answers; bound to `device`, where one is given. */
  servers(name: string, netns: Netns, port: number, device?: string): void {
    this.#listeners.push(server(netns, 'tcp', port, device));
    const sock = server(netns, 'udp', port, device);
    this.#hear(sock, ({ data, from }) => {
      sock.send(data, from);
      return sighted(name, `server ${port}`, { key: String(from.readUInt16BE(2)), part: 'probe', from: 'UDP' });
    });
  }

  #hear(sock: Sock, hear: Ear['hear']): void {
    this.#ears.push({ sock, hear });
  }

  /** All that has been heard since it was last asked. */
  collect(): Sighting[] {
    for (const listener of this.#listeners) listener.acceptAll();
    const heard: Sighting[] = [];
    for (const { sock, hear } of this.#ears) {
      for (let received = sock.receive(); received; received = sock.receive()) {
        const sighting = hear(received);
        if (sighting) heard.push(sighting);
      }
    }
    return heard;
  }

  close(): void {
    for (const sock of [...this.#listeners, ...this.#ears.map((ear) => ear.sock)]) sock.close();
  }
}

function sighted(netns: string, where: string, heard: Heard | undefined): Sighting | undefined {
  return heard && { ...heard, netns, place: `${netns} ${where}` };
}
