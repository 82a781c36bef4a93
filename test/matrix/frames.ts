/** Ethernet frames written by hand, as a hostile neighbour writes them. Pure. */
import { toBytes } from '../../common/addresses.ts';

/** Who sends to whom; MAC addresses as `02:00:…`. */
export interface Ends {
  sourceMac: string;
  destinationMac: string;
  source: string;
  destination: string;
}

const mac = (text: string) => Buffer.from(text.replaceAll(':', ''), 'hex');
const half = (value: number) => Buffer.from([value >> 8, value & 0xff]);

/** The Internet checksum, RFC 1071. */
function checksum(...parts: Buffer[]): Buffer {
  const bytes = Buffer.concat([...parts, Buffer.alloc(Buffer.concat(parts).length % 2)]);
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += bytes.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return half(~sum & 0xffff);
}

function ethernet(destination: string, source: string, type: number, payload: Buffer): Buffer {
  return Buffer.concat([mac(destination), mac(source), half(type), payload]);
}

/** An IP packet in a frame; `sum` is where the payload's checksum lies. */
export function ip(
  { sourceMac, destinationMac, source, destination }: Ends,
  protocol: number,
  payload: Buffer,
  sum: number,
  hops = 255,
) {
  const [from, to] = [Buffer.from(toBytes(source)), Buffer.from(toBytes(destination))];
  const v6 = from.length === 16;
  const pseudo = Buffer.concat([from, to, half(0), half(payload.length), half(0).subarray(1), Buffer.from([protocol])]);
  const body = Buffer.from(payload);
  // ICMP of IPv4 alone has no pseudo header.
  checksum(...(protocol === 1 ? [body] : [pseudo, body])).copy(body, sum);
  if (v6) {
    const header = Buffer.concat([
      Buffer.from([0x60, 0, 0, 0]),
      half(body.length),
      Buffer.from([protocol, hops]),
      from,
      to,
    ]);
    return ethernet(destinationMac, sourceMac, 0x86dd, Buffer.concat([header, body]));
  }
  const header = Buffer.concat([
    Buffer.from([0x45, 0]),
    half(20 + body.length),
    // Not to be fragmented.
    Buffer.from([0, 1, 0x40, 0, hops, protocol, 0, 0]),
    from,
    to,
  ]);
  checksum(header).copy(header, 10);
  return ethernet(destinationMac, sourceMac, 0x0800, Buffer.concat([header, body]));
}

/** Whether a frame carries IPv6. */
export const isV6 = ({ source }: Ends) => source.includes(':');

/** An echo request with this identifier. */
export function echo(ends: Ends, id: number, hops = 64): Buffer {
  const message = Buffer.concat([
    Buffer.from([isV6(ends) ? 128 : 8, 0, 0, 0]),
    half(id),
    half(1),
    Buffer.from('probe---'),
  ]);
  return ip(ends, isV6(ends) ? 58 : 1, message, 2, hops);
}

/** A datagram from port `from` to port `to`. */
export function udp(ends: Ends, from: number, to: number, hops = 64, data: Buffer = Buffer.from('probe')): Buffer {
  return ip(ends, 17, Buffer.concat([half(from), half(to), half(8 + data.length), half(0), data]), 6, hops);
}

/** The first segment of a connection, without options; `flags` other than SYN for what pretends to belong to one. */
export function tcp(ends: Ends, from: number, to: number, flags = 0x02): Buffer {
  const segment = Buffer.alloc(20);
  segment.writeUInt16BE(from, 0);
  segment.writeUInt16BE(to, 2);
  segment.writeUInt32BE(1, 4);
  segment.set([0x50, flags, 0xff, 0xff], 12);
  return ip(ends, 6, segment, 16);
}

/** ARP, `operation` 1 asks and 2 answers; `source` and `destination` are sender and target. */
export function arp(ends: Ends, operation: 1 | 2, senderMac = ends.sourceMac): Buffer {
  const [source, destination] = [Buffer.from(toBytes(ends.source)), Buffer.from(toBytes(ends.destination))];
  const target = operation === 1 ? Buffer.alloc(6) : mac(ends.destinationMac);
  const head = Buffer.from([0, 1, 8, 0, 6, 4, 0, operation]);
  return ethernet(
    ends.destinationMac,
    ends.sourceMac,
    0x0806,
    Buffer.concat([head, mac(senderMac), source, target, destination]),
  );
}

/** Neighbour solicitation (135) or advertisement (136) about `target`, naming `linkAddress`. */
export function neighbour(ends: Ends, type: 135 | 136, target: string, linkAddress = ends.sourceMac): Buffer {
  const option = Buffer.concat([Buffer.from([type === 135 ? 1 : 2, 1]), mac(linkAddress)]);
  const head = Buffer.from([type, 0, 0, 0, type === 136 ? 0xa0 : 0, 0, 0, 0]);
  return ip(ends, 58, Buffer.concat([head, toBytes(target), option]), 2);
}

/** In front of the number of a probe that has no ports. */
export const mark = Buffer.from('mvmx');

/** A nonce option (RFC 3971 section 5.3.2) that carries a number, as the last bytes of a message. */
const numberOption = (token: number) => Buffer.concat([Buffer.from([14, 1]), mark, half(token)]);

/** A router advertisement that offers itself as default router for half an hour, with a prefix. */
export function routerAdvertisement(ends: Ends, token: number): Buffer {
  const head = Buffer.from([134, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
  const prefix = Buffer.from([3, 4, 64, 0xc0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return ip(ends, 58, Buffer.concat([head, prefix, toBytes('2001:db8:bad::'), numberOption(token)]), 2);
}

/** Redirect of RFC 4861 or RFC 792: go by `ends.source` in future. */
export function redirect(ends: Ends, destination: string, token: number): Buffer {
  if (isV6(ends)) {
    const parts = [Buffer.from([137, 0, 0, 0, 0, 0, 0, 0]), toBytes(ends.source), toBytes(destination)];
    return ip(ends, 58, Buffer.concat([...parts, numberOption(token)]), 2);
  }
  const datagram = Buffer.concat([half(9), mark, half(token)]);
  const about = ip({ ...ends, source: ends.destination, destination }, 253, datagram, 0).subarray(14);
  about.set(datagram, about.length - 8);
  return ip(ends, 1, Buffer.concat([Buffer.from([5, 1, 0, 0]), toBytes(ends.source), about]), 2);
}

/** The solicited-node group of an address, and the MAC that goes with it: RFC 4291 section 2.7.1, RFC 2464 section 7. */
export function solicited(address: string): Pick<Ends, 'destination' | 'destinationMac'> {
  const tail = Buffer.from(toBytes(address)).subarray(13).toString('hex');
  return {
    destination: `ff02::1:ff${tail.slice(0, 2)}:${tail.slice(2)}`,
    destinationMac: `33:33:ff:${tail.slice(0, 2)}:${tail.slice(2, 4)}:${tail.slice(4)}`,
  };
}

/** The same frame with a tag, of 802.1Q unless told otherwise. */
export function tagged(frame: Buffer, vlan: number, type = 0x8100): Buffer {
  return Buffer.concat([frame.subarray(0, 12), half(type), half(vlan), frame.subarray(12)]);
}

/** The same frame with a number behind its packet, where Ethernet has padding: for what has no ports. */
export function numbered(frame: Buffer, token: number): Buffer {
  return Buffer.concat([frame, Buffer.alloc(Math.max(0, 54 - frame.length)), mark, half(token)]);
}

/** The number that {@link numbered} gave, or an advertisement or redirect carries; of a frame or of a message alone. */
export function numberOf(frame: Buffer): number | undefined {
  const at = frame.length - 6;
  return at >= 14 && frame.subarray(at, at + 4).equals(mark) ? frame.readUInt16BE(at + 4) : undefined;
}
