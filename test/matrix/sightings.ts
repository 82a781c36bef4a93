/** What a witness heard, told from its bytes: which probe it belongs to and what part of it it is. Pure. */
import { fromBytes } from '../../common/addresses.ts';
import { numberOf } from './frames.ts';

/** The numbers of probes: source ports and echo identifiers that nothing else uses. */
export const tokens = { first: 20_000, last: 60_000 } as const;

/** `probe` is what was sent; the others are what may come back: `open` is SYN and ACK, `answer` all that is neither error nor reset. */
type Part = 'probe' | 'answer' | 'open' | 'reset' | 'error';

/** `key` is the probe's number, or `ADDRESS` for what tells where an address is (ARP, neighbour discovery). */
export interface Heard {
  key: string;
  part: Part;
  /** Who sent it, where the bytes tell. */
  from: string;
}

const isToken = (port: number) => port >= tokens.first && port <= tokens.last;

function addressAt(bytes: Buffer, at: number, length: 4 | 16): string {
  return fromBytes(bytes.subarray(at, at + length));
}

/** Types of VLAN tags: 802.1Q and 802.1ad. */
const tags = [0x8100, 0x88a8];

/** A frame as a packet socket receives it. */
export function inFrame(frame: Buffer): Heard | undefined {
  if (frame.length < 14) return undefined;
  const number = numberOf(frame);
  if (number !== undefined) return { key: String(number), part: 'probe', from: frame.subarray(6, 12).toString('hex') };
  let at = 12;
  while (frame.length >= at + 6 && tags.includes(frame.readUInt16BE(at))) at += 4;
  const [type, rest] = [frame.readUInt16BE(at), frame.subarray(at + 2)];
  if (type === 0x0800) return inIpv4(rest);
  if (type === 0x86dd) return inIpv6(rest);
  if (type !== 0x0806 || rest.length < 28 || rest[7] !== 2) return undefined;
  const from = addressAt(rest, 14, 4);
  return { key: from, part: 'answer', from };
}

/** A packet from its IPv4 header on. */
export function inIpv4(packet: Buffer): Heard | undefined {
  if (packet.length < 20) return undefined;
  return inPayload(packet[9] ?? 0, packet.subarray((packet[0]! & 15) * 4), addressAt(packet, 12, 4));
}

/** A packet from its IPv6 header on. */
function inIpv6(packet: Buffer): Heard | undefined {
  return packet.length < 40 ? undefined : inPayload(packet[6] ?? 0, packet.subarray(40), addressAt(packet, 8, 16));
}

/** What follows an IP header. */
export function inPayload(protocol: number, bytes: Buffer, from: string): Heard | undefined {
  if (bytes.length < 8) return undefined;
  const number = protocol === 6 || protocol === 17 ? undefined : numberOf(bytes);
  if (number !== undefined) return { key: String(number), part: 'probe', from };
  if (protocol === 1) return inIcmp(bytes, from, { request: 8, reply: 0, errors: [3, 4, 5, 11, 12], nested: inIpv4 });
  if (protocol === 58) {
    if (bytes[0] === 136 && bytes.length >= 24) return { key: addressAt(bytes, 8, 16), part: 'answer', from };
    return inIcmp(bytes, from, { request: 128, reply: 129, errors: [1, 2, 3, 4], nested: inIpv6 });
  }
  if (protocol !== 6 && protocol !== 17) return undefined;
  const [source, destination] = [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
  if (isToken(source)) return { key: String(source), part: 'probe', from };
  if (!isToken(destination)) return undefined;
  if (protocol === 17) return { key: String(destination), part: 'answer', from };
  const flags = bytes[13] ?? 0;
  return { key: String(destination), part: flags & 4 ? 'reset' : flags & 2 ? 'open' : 'answer', from };
}

interface Icmp {
  request: number;
  reply: number;
  errors: readonly number[];
  nested: (packet: Buffer) => Heard | undefined;
}

function inIcmp(bytes: Buffer, from: string, { request, reply, errors, nested }: Icmp): Heard | undefined {
  const type = bytes[0] ?? 0;
  if (errors.includes(type)) {
    const about = nested(bytes.subarray(8));
    return about && { key: about.key, part: 'error', from };
  }
  const id = bytes.readUInt16BE(4);
  if (!isToken(id) || (type !== request && type !== reply)) return undefined;
  return { key: String(id), part: type === request ? 'probe' : 'answer', from };
}
