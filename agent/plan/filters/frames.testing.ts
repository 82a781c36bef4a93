/** Frames by hand, for tests: each builder writes one header in front of its payload. Checksums are left at 0. */
import { toBytes } from '../../../common/addresses.ts';
import { macBytes } from '../../../common/macs.ts';

export const broadcast = 'ff:ff:ff:ff:ff:ff';

export interface EthernetFields {
  from: string;
  to: string;
}

export function ethernet({ from, to }: EthernetFields, type: number, payload: Uint8Array): Uint8Array {
  return join(macBytes(to), macBytes(from), u16(type), payload);
}

export interface ArpFields {
  operation: number;
  /** MAC and address. */
  sender: readonly [string, string];
  target: string;
  hardwareType?: number;
}

export function arp(link: EthernetFields, { operation, sender, target, hardwareType = 1 }: ArpFields): Uint8Array {
  const fixed = join(u16(hardwareType), u16(0x0800), u8(6, 4), u16(operation));
  return ethernet(
    link,
    0x0806,
    join(fixed, macBytes(sender[0]), toBytes(sender[1]), new Uint8Array(6), toBytes(target)),
  );
}

export interface Ipv4Fields {
  from: string;
  to: string;
  protocol: number;
  /** In units of 8 bytes. */
  fragmentOffset?: number;
  moreFragments?: boolean;
  options?: Uint8Array;
}

export function ipv4(link: EthernetFields, fields: Ipv4Fields, payload: Uint8Array): Uint8Array {
  const { from, to, protocol, fragmentOffset = 0, moreFragments = false, options = u8() } = fields;
  const header = 20 + options.length;
  const flags = fragmentOffset | (moreFragments ? 0x2000 : 0);
  const first = join(
    u8(0x40 | (header / 4), 0),
    u16(header + payload.length),
    u16(1),
    u16(flags),
    u8(64, protocol),
    u16(0),
  );
  return ethernet(link, 0x0800, join(first, toBytes(from), toBytes(to), options, payload));
}

export interface Ipv6Fields {
  from: string;
  to: string;
  nextHeader: number;
  hopLimit?: number;
}

export function ipv6(link: EthernetFields, fields: Ipv6Fields, payload: Uint8Array): Uint8Array {
  const { from, to, nextHeader, hopLimit = 255 } = fields;
  const first = join(u8(0x60, 0, 0, 0), u16(payload.length), u8(nextHeader, hopLimit));
  return ethernet(link, 0x86dd, join(first, toBytes(from), toBytes(to), payload));
}

/** An extension header of 8 bytes that says which header follows. */
export function extension(nextHeader: number, payload: Uint8Array): Uint8Array {
  return join(u8(nextHeader, 0, 5, 2, 0, 0, 1, 0), payload);
}

export function tcp(port: number, flags: number): Uint8Array {
  return join(u16(40000), u16(port), new Uint8Array(8), u8(0x50, flags), new Uint8Array(6));
}

export function udp(port: number, from = 40000): Uint8Array {
  return join(u16(from), u16(port), u16(12), u16(0), u8(1, 2, 3, 4));
}

/** ICMP, ICMPv6 and IGMP begin alike. */
export function icmp(type: number, body: Uint8Array = new Uint8Array(4)): Uint8Array {
  return join(u8(type, 0, 0, 0), body);
}

/** A neighbour solicitation (135) or advertisement (136) with options. */
export function neighbour(type: number, target: string, ...options: Uint8Array[]): Uint8Array {
  return icmp(type, join(new Uint8Array(4), toBytes(target), ...options));
}

/** An option that names a MAC: 1 that of the source, 2 that of the target. */
export function macOption(type: number, mac: string): Uint8Array {
  return join(u8(type, 1), macBytes(mac));
}

/** The frame with an 802.1Q tag in its bytes. */
export function tagged(frame: Uint8Array, type = 0x8100): Uint8Array {
  return join(frame.subarray(0, 12), u16(type), u16(5), frame.subarray(12));
}

/** The frame with `bytes` written over it at `at`. */
export function overwritten(frame: Uint8Array, at: number, bytes: Uint8Array): Uint8Array {
  const copy = frame.slice();
  copy.set(bytes, at);
  return copy;
}

export function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

export function u8(...octets: number[]): Uint8Array {
  return Uint8Array.from(octets);
}

function u16(value: number): Uint8Array {
  return u8(value >> 8, value & 0xff);
}
