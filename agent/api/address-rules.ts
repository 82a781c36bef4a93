/** Which well-formed addresses and prefixes may stand where. */
import {
  type Block,
  contains,
  familyBits,
  formatAddress,
  formatSubnet,
  overlaps,
  type ParsedPrefix,
  parseAddress,
  parseBlock,
  parsePrefix,
  parseRange,
} from './address-syntax.ts';
import type { Finding } from './finding.ts';

const linkLocal6 = 'fe80::/10';

/** Blocks no customer's segment may consist of, with the reason. */
const unusable: [block: Block, prefix: string, kind: string][] = (
  [
    ['0.0.0.0/8', 'unspecified'],
    ['127.0.0.0/8', 'loopback'],
    ['169.254.0.0/16', 'link-local'],
    ['224.0.0.0/4', 'multicast'],
    ['255.255.255.255/32', 'broadcast'],
    ['::/128', 'unspecified'],
    ['::1/128', 'loopback'],
    ['::ffff:0:0/96', 'IPv4-mapped'],
    [linkLocal6, 'link-local'],
    ['ff00::/8', 'multicast'],
  ] as const
).map(([prefix, kind]) => [parsePrefix(prefix)!, prefix, kind]);

const globalUnicast = 'use global or private unicast addresses';

function unusableFinding(block: Block): Finding | undefined {
  const hit = unusable.find(([bad]) => overlaps(bad, block));
  return hit && { problem: `lies in or overlaps ${hit[1]} (${hit[2]})`, fix: globalUnicast };
}

/** An example of an address with prefix length for whoever forgot it. */
const withLength = (family: 4 | 6, text: string): string => `${text}/${family === 4 ? 24 : 64}`;

/** What is wrong with an address given to an interface, `192.0.2.2/24`, or undefined. */
export function hostAddressFinding(text: string): Finding | undefined {
  const bare = parseAddress(text);
  if (bare) {
    const fix = `add that of the segment, for example ${withLength(bare.family, bare.text)}`;
    return { problem: 'has no prefix length', fix };
  }
  const prefix = parsePrefix(text);
  if (!prefix) {
    const fix = 'write an address with prefix length, such as 192.0.2.2/24 or 2001:db8::2/64';
    return { problem: 'is not an address', fix };
  }
  return unusableFinding({ family: prefix.family, first: prefix.value, last: prefix.value }) ?? hostPartFinding(prefix);
}

function hostPartFinding(prefix: ParsedPrefix): Finding | undefined {
  // RFC 3021 and RFC 6164: both addresses of a /31 and a /127 are hosts.
  if (familyBits(prefix.family) - prefix.length <= 1) return undefined;
  const fix = `write the address of one host in ${formatSubnet(prefix)}, such as ${formatAddress(prefix.family, prefix.first + 1n)}/${prefix.length}`;
  if (prefix.value === prefix.first) {
    return { problem: `is the ${prefix.family === 4 ? 'network' : 'subnet-router anycast'} address`, fix };
  }
  if (prefix.family === 4 && prefix.value === prefix.last) return { problem: 'is the broadcast address', fix };
  return undefined;
}

function canonicalFinding(text: string, example: string): Finding | undefined {
  const prefix = parsePrefix(text);
  if (!prefix) return { problem: 'is not a prefix', fix: `write one such as ${example}` };
  if (prefix.value !== prefix.first) return { problem: 'has host bits set', fix: `write ${formatSubnet(prefix)}` };
  return undefined;
}

/** What is wrong with the subnet of a pool, or undefined. */
export function subnetFinding(text: string): Finding | undefined {
  return canonicalFinding(text, '192.0.2.0/24 or 2001:db8::/64') ?? unusableFinding(parsePrefix(text)!);
}

/** What is wrong with the destination of a route, or undefined. Default routes are right. */
export function routeTargetFinding(text: string): Finding | undefined {
  const finding = canonicalFinding(text, '0.0.0.0/0, 198.51.100.0/24 or 2001:db8:1::/48');
  if (finding) return finding;
  const hit = unusable.find(([bad]) => contains(bad, parsePrefix(text)!));
  return hit && { problem: `lies in ${hit[1]} (${hit[2]})`, fix: 'a route leads to unicast prefixes' };
}

/** What is wrong with the next hop of a route, or undefined. A router's link-local IPv6 address is right. */
export function nextHopFinding(text: string): Finding | undefined {
  const address = parseAddress(text);
  if (!address) return { problem: 'is not an address', fix: 'write one such as 192.0.2.254, without prefix length' };
  return contains(parsePrefix(linkLocal6)!, address) ? undefined : unusableFinding(address);
}

/** What is wrong with the syntax of a pool's gateway, or undefined. */
export function gatewayFinding(text: string): Finding | undefined {
  if (parseAddress(text)) return undefined;
  return { problem: 'is not an address', fix: 'write one of the subnet, such as 192.0.2.254, without prefix length' };
}

/** What is wrong with the syntax and order of a pool's range, or undefined. */
export function rangeFinding(text: string): Finding | undefined {
  const range = parseRange(text);
  if (!range) return { problem: 'is not a range', fix: 'write first-last, such as 192.0.2.10-192.0.2.99' };
  if (range.first <= range.last) return undefined;
  const turned = range.text.split('-').reverse().join('-');
  return { problem: 'ends before it begins', fix: `write ${turned}` };
}

/** What is wrong with the syntax of a pool's exclusion, or undefined. */
export function exclusionFinding(text: string): Finding | undefined {
  if (parseRange(text)) return rangeFinding(text);
  if (!parseBlock(text)) {
    const fix = 'write 192.0.2.7, 192.0.2.20-192.0.2.29 or 192.0.2.64/28';
    return { problem: 'is neither an address nor a range nor a prefix', fix };
  }
  return parsePrefix(text) ? canonicalFinding(text, '192.0.2.64/28') : undefined;
}
