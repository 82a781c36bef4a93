/** IP addresses and prefixes as numbers: strict four-part IPv4 and canonical (RFC 5952) IPv6 text. */
import ipaddr from 'ipaddr.js';
import { lately } from './lately.ts';

/** IP version. */
export type Family = 4 | 6;

/** An address as an unsigned number of 32 or 128 bits. */
export interface IpAddress {
  family: Family;
  address: bigint;
}

/** An address with its prefix length. `address` is as written: bits beyond `length` are kept. */
export interface Prefix extends IpAddress {
  length: number;
}

/** Consecutive addresses, both ends included. */
export interface Span {
  family: Family;
  first: bigint;
  last: bigint;
}

/** Number of bits of an address: 32 or 128. */
export function bitsOf(family: Family): number {
  return family === 4 ? 32 : 128;
}

/**
 * Reads an address. Throws a RangeError naming `text` for anything that is none, and for what only looks
 * like one: IPv4 in other than four decimal parts, IPv4-mapped or dotted IPv6, a zone (`%eth0`).
 */
export function parseAddress(text: string): Readonly<IpAddress> {
  return readingOf(text).value;
}

/** An address in its three forms; number and text are made when somebody asks for them. */
class Reading {
  readonly bytes: Uint8Array;
  #value: IpAddress | undefined;
  #text: string | undefined;

  constructor(bytes: Uint8Array, known: { value?: IpAddress; text?: string }) {
    this.bytes = bytes;
    this.#value = known.value;
    this.#text = known.text;
  }

  get value(): IpAddress {
    this.#value ??= { family: this.bytes.length === 4 ? 4 : 6, address: numberOf(this.bytes) };
    return this.#value;
  }

  /** Canonical. */
  get text(): string {
    this.#text ??= fromBytes(this.bytes);
    return this.#text;
  }
}

const readingOf = lately((text) => {
  const value = read(text);
  return new Reading(bytesOf(value.family, value.address), { value });
});

function read(text: string): IpAddress {
  // Where there is a colon the library would throw and catch an error to say no, ten times slower.
  if (!text.includes(':') && ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return { family: 4, address: numberOf(text.split('.').map(Number)) };
  }
  if (text.includes('%')) throw new RangeError(`${text}: an address with a zone is not accepted`);
  if (text.includes(':') && text.includes('.')) {
    throw new RangeError(`${text}: IPv6 in dotted notation is not accepted, write it in hexadecimal groups`);
  }
  const address = readIpv6(text);
  if (address === undefined) throw new RangeError(`${text === '' ? "''" : text}: not an IPv4 or IPv6 address`);
  if (address >> 32n === 0xffffn) {
    const inside = formatAddress(4, address & 0xffff_ffffn);
    throw new RangeError(`${text}: an IPv4-mapped address is not accepted, write ${inside}`);
  }
  return { family: 6, address };
}

/** Undefined for what is none. To ask the library first whether it is valid would read it twice. */
function readIpv6(text: string): bigint | undefined {
  if (!text.includes(':') || /[0-9a-f]{5}/i.test(text)) return undefined;
  try {
    return numberOf(ipaddr.IPv6.parse(text).toByteArray());
  } catch {
    return undefined;
  }
}

/** Reads `ADDRESS/LENGTH`. Throws a RangeError naming `text`; a missing length is an error too. */
export function parsePrefix(text: string): Prefix {
  const slash = text.indexOf('/');
  if (slash < 0) {
    const { family } = parseAddress(text);
    throw new RangeError(`${text}: the prefix length is missing, as in ${text}/${family === 4 ? 24 : 64}`);
  }
  const { family, address } = parseAddress(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  const length = Number(digits);
  if (!/^(0|[1-9]\d{0,2})$/.test(digits) || length > bitsOf(family)) {
    throw new RangeError(`${text}: the prefix length must be a number from 0 to ${bitsOf(family)}`);
  }
  return { family, address, length };
}

/** Reads one address, `FIRST-LAST`, or a prefix, which stands for all its addresses. Throws a RangeError naming `text`. */
export function parseSpan(text: string): Span {
  if (text.includes('/')) return spanOf(parsePrefix(text));
  const dash = text.indexOf('-');
  const first = parseAddress(dash < 0 ? text : text.slice(0, dash));
  const last = dash < 0 ? first : parseAddress(text.slice(dash + 1));
  if (first.family !== last.family) throw new RangeError(`${text}: both ends must be of the same IP version`);
  if (first.address > last.address) throw new RangeError(`${text}: the first address lies after the last`);
  return { family: first.family, first: first.address, last: last.address };
}

/** Canonical text of an address. Throws a RangeError if the number has more bits than the family. */
export function formatAddress(family: Family, address: bigint): string {
  if (address < 0n || address >> BigInt(bitsOf(family)) !== 0n) {
    throw new RangeError(`${address}: not a number of ${bitsOf(family)} bits`);
  }
  return formatBytes(bytesOf(family, address));
}

/** The same of 4 or 16 bytes in network byte order, which nobody writes to any more. Throws like {@link fromBytes}. */
export function formatBytes(bytes: Uint8Array): string {
  const text = fromBytes(bytes);
  // It is going to be read again, unless it is one that is not accepted.
  if (!isIpv4Mapped(bytes)) readingOf.remember(text, new Reading(bytes, { text }));
  return text;
}

/** ::ffff:0:0/96, RFC 4291 section 2.5.5.2. */
function isIpv4Mapped(bytes: Uint8Array): boolean {
  return bytes[10] === 0xff && bytes[11] === 0xff && bytes.subarray(0, 10).every((byte) => byte === 0);
}

/** Canonical text of an address that is written in whatever way. Throws like {@link parseAddress}. */
export function canonical(text: string): string {
  return readingOf(text).text;
}

/** Canonical text of address and length, as written: `192.0.2.2/24`. */
export function formatPrefix({ family, address, length }: Prefix): string {
  return `${formatAddress(family, address)}/${length}`;
}

/** The same prefix with all bits beyond its length cleared: 192.0.2.2/24 becomes 192.0.2.0/24. */
export function networkOf({ family, address, length }: Prefix): Prefix {
  const hostBits = BigInt(bitsOf(family) - length);
  return { family, address: (address >> hostBits) << hostBits, length };
}

/** All addresses of the prefix's network, from the first to the last. */
function spanOf(prefix: Prefix): Span {
  const first = networkOf(prefix).address;
  const size = 1n << BigInt(bitsOf(prefix.family) - prefix.length);
  return { family: prefix.family, first, last: first + size - 1n };
}

/** Whether the address lies in the prefix's network. */
export function contains(prefix: Prefix, family: Family, address: bigint): boolean {
  const hostBits = BigInt(bitsOf(prefix.family) - prefix.length);
  return prefix.family === family && prefix.address >> hostBits === address >> hostBits;
}

/**
 * The addresses of the prefix's network that a host may bear: without network and broadcast address up to
 * IPv4 /30 (RFC 3021 frees /31), without the subnet-router anycast address up to IPv6 /126 (RFC 4291
 * section 2.6.1; RFC 6164 frees /127).
 */
export function hostSpanOf(prefix: Prefix): Span {
  const { family, first, last } = spanOf(prefix);
  if (prefix.length >= bitsOf(family) - 1) return { family, first, last };
  return { family, first: first + 1n, last: family === 4 ? last - 1n : last };
}

/** Whether `prefix.address` lies in {@link hostSpanOf} its network and is neither loopback, multicast nor unspecified. */
export function isHostUsable(prefix: Prefix): boolean {
  const { first, last } = hostSpanOf(prefix);
  const kind = ipaddr.fromByteArray([...bytesOf(prefix.family, prefix.address)]).range();
  return (
    prefix.address >= first &&
    prefix.address <= last &&
    !['unspecified', 'loopback', 'multicast', 'broadcast'].includes(kind)
  );
}

/** The address in network byte order, 4 or 16 bytes, not to be written to. Throws like {@link parseAddress}. */
export function toBytes(text: string): Uint8Array {
  return readingOf(text).bytes;
}

/** `ADDRESS/LENGTH` as the kernel takes it. Throws like {@link parseAddress}; the length is taken as it is. */
export const toPrefixBytes = lately((text): { bytes: Uint8Array; length: number } => {
  const slash = text.indexOf('/');
  return { bytes: toBytes(text.slice(0, slash)), length: Number(text.slice(slash + 1)) };
});

/** Canonical text of 4 or 16 bytes in network byte order. Throws a RangeError for any other number of bytes. */
export function fromBytes(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) throw new RangeError(`${bytes.length} bytes: an address has 4 or 16`);
  return new ipaddr.IPv6([...bytes]).toRFC5952String();
}

/** Between number and bytes; one for all, since to make a buffer takes longer than all else. */
const scratch = new Uint8Array(16);
const view = new DataView(scratch.buffer);

function bytesOf(family: Family, address: bigint): Uint8Array {
  if (family === 4) view.setUint32(0, Number(address));
  else {
    view.setBigUint64(0, address >> 64n);
    view.setBigUint64(8, address);
  }
  return scratch.slice(0, bitsOf(family) / 8);
}

function numberOf(bytes: ArrayLike<number>): bigint {
  scratch.set(bytes);
  if (bytes.length === 4) return BigInt(view.getUint32(0));
  return (view.getBigUint64(0) << 64n) | view.getBigUint64(8);
}
