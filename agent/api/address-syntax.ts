/**
 * Strict syntax of addresses, prefixes and ranges: four-part decimal IPv4, IPv6 without a zone. Everything
 * parsed is an interval of one family, so that containment and overlap are comparisons.
 */
import ipaddr from 'ipaddr.js';

/** The addresses from `first` to `last`, both included, as numbers. */
export interface Block {
  family: 4 | 6;
  first: bigint;
  last: bigint;
}

/** One address; `first` and `last` are the same. `text` is its canonical form (RFC 5952). */
export interface ParsedAddress extends Block {
  text: string;
}

/** A prefix or an address with prefix length: `value` keeps the host bits, `first` to `last` is the subnet. */
export interface ParsedPrefix extends Block {
  value: bigint;
  length: number;
  text: string;
}

/** 32 or 128. */
export const familyBits = (family: 4 | 6): number => (family === 4 ? 32 : 128);

/** Whether all of `inner` lies within `outer`; false for different families. */
export const contains = (outer: Block, inner: Block): boolean =>
  outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;

/** Whether two blocks share an address. */
export const overlaps = (a: Block, b: Block): boolean =>
  a.family === b.family && a.first <= b.last && b.first <= a.last;

/** Reads `192.0.2.1` or `2001:db8::1`; undefined for anything else. */
export function parseAddress(text: string): ParsedAddress | undefined {
  let parsed: ipaddr.IPv4 | ipaddr.IPv6;
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) parsed = ipaddr.IPv4.parse(text);
  else if (!text.includes('%') && ipaddr.IPv6.isValid(text)) parsed = ipaddr.IPv6.parse(text);
  else return undefined;
  const value = parsed.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { family: parsed.kind() === 'ipv4' ? 4 : 6, first: value, last: value, text: parsed.toString() };
}

/** Reads `192.0.2.2/24`, with or without host bits; undefined for anything else. */
export function parsePrefix(text: string): ParsedPrefix | undefined {
  const [, host = '', digits = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const address = parseAddress(host);
  const length = Number(digits);
  if (!address || length > familyBits(address.family)) return undefined;
  const hostMask = (1n << BigInt(familyBits(address.family) - length)) - 1n;
  const first = address.first & ~hostMask;
  return {
    family: address.family,
    value: address.first,
    length,
    first,
    last: first | hostMask,
    text: `${address.text}/${length}`,
  };
}

/** Reads `192.0.2.10-192.0.2.99`. The ends may be in the wrong order; undefined when they are of two families. */
export function parseRange(text: string): (Block & { text: string }) | undefined {
  const ends = text.split('-').map((end) => parseAddress(end.trim()));
  const [first, last] = ends;
  if (ends.length !== 2 || !first || !last || first.family !== last.family) return undefined;
  return { family: first.family, first: first.first, last: last.last, text: `${first.text}-${last.text}` };
}

/** Reads an address, a range or a prefix. */
export const parseBlock = (text: string): (Block & { text: string }) | undefined =>
  parseAddress(text) ?? parsePrefix(text) ?? parseRange(text);

/** Writes an address number as text. */
export function formatAddress(family: 4 | 6, value: bigint): string {
  const bytes = Array.from({ length: familyBits(family) / 8 }, (_, i, n = familyBits(family) / 8) =>
    Number((value >> BigInt(8 * (n - 1 - i))) & 0xffn),
  );
  return ipaddr.fromByteArray(bytes).toString();
}

/** The subnet of a prefix with the host bits cleared: `192.0.2.0/24`. */
export const formatSubnet = (prefix: ParsedPrefix): string =>
  `${formatAddress(prefix.family, prefix.first)}/${prefix.length}`;
