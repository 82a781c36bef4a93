/** Where things lie in a frame, and the checks that every program begins with. */
import { toBytes } from '../../../common/addresses.ts';
import { label, type Source, type Value } from './assembler.ts';
import {
  byte,
  byteBehindX,
  half,
  halfBehindX,
  masked,
  unless,
  unlessAtLeast,
  unlessBetween,
  unlessOneOf,
  unlessSet,
  whenSet,
  whenShorterThan,
  word,
} from './decisions.ts';
import { opcode } from './opcode.ts';

/** linux/filter.h SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT: 1 if the kernel has moved a VLAN tag from the frame into its metadata. */
const vlanTagPresent: Value = { code: opcode.loadWord, k: 0xfffff000 + 48 };

/** Length of the frame from the destination MAC. */
const frameLength: Value = { code: opcode.loadLength, k: 0 };

/** Offsets of MACs, and the type. */
export const ethernet = { destination: 0, source: 6, type: half(12) } as const;

/** The types that multivrf's programs tell apart. */
export const etherType = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;

/** TPIDs of 802.1Q and 802.1ad, and those in use before 802.1ad (if_ether.h ETH_P_QINQ1 to 3). */
export const vlanTypes = [0x8100, 0x88a8, 0x9100, 0x9200, 0x9300] as const;

/** RFC 826 over Ethernet, behind the Ethernet header. */
export const arp = { operation: word(18), senderMac: 22, senderAddress: 28, targetAddress: 38, end: 42 } as const;

/** Values of `arp.operation`, in front of which the lengths of MACs and of IPv4 addresses stand. */
export const arpOperation = { request: 0x0604_0001, reply: 0x0604_0002 } as const;

/** RFC 791, behind the Ethernet header. */
export const ipv4 = {
  version: byte(14),
  totalLength: half(16),
  /** Set in every fragment: more fragments, or an offset. */
  isFragment: { value: half(20), bits: 0x3fff },
  /** Set in every fragment but the first. */
  isLaterFragment: { value: half(20), bits: 0x1fff },
  protocol: byte(23),
  source: 26,
  destination: 30,
} as const;

/** RFC 8200, behind the Ethernet header. */
export const ipv6 = {
  version: byte(14),
  payloadLength: half(18),
  nextHeader: byte(20),
  /** Next header and hop limit. */
  nextHeaderAndHops: half(20),
  source: 22,
  destination: 38,
  end: 54,
} as const;

/** IANA protocol numbers: `ipv4.protocol`, `ipv6.nextHeader`. */
export const protocol = { hopByHop: 0, icmp: 1, igmp: 2, tcp: 6, udp: 17, fragment: 44, icmpv6: 58 } as const;

/** What lies behind an IP header, of whatever length; valid after {@link skipIpv4Header} or {@link skipIpv6Header}. */
export const behindIp = {
  icmpType: byteBehindX(14),
  igmpType: byteBehindX(14),
  sourcePort: halfBehindX(14),
  destinationPort: halfBehindX(16),
  tcpFlags: byteBehindX(27),
} as const;

/** RFC 4443, directly behind an IPv6 header. */
export const icmpv6Type = byte(54);

/** RFC 4861, directly behind an IPv6 header. */
export const neighbour = {
  target: 62,
  /** Payload length of a solicitation or advertisement without any option; the shortest option has 8 bytes. */
  bareLength: 24,
  option: 78,
} as const;

/** ICMPv6 types, RFC 4443, 4861, 2710 and 3810. */
export const icmpv6 = {
  firstError: 1,
  lastError: 4,
  echoRequest: 128,
  echoReply: 129,
  multicastReports: [131, 132, 143],
  /** RFC 3810 section 5.2. */
  multicastReport2: 143,
  neighbourSolicitation: 135,
  neighbourAdvertisement: 136,
} as const;

/** ICMP types, RFC 792: errors are unreachable, time exceeded and parameter problem. */
export const icmp = { errors: [3, 11, 12], echoRequest: 8, echoReply: 0, redirect: 5, routerAdvertisement: 9 } as const;

/** IGMP membership query, RFC 2236. */
export const igmpQuery = 0x11;

/** Drops a frame whose VLAN tag the kernel has already taken out of its bytes; see {@link vlanTypes} for the others. */
export function dropTagged(): Source {
  return unless(vlanTagPresent, 0, 'drop');
}

/**
 * Drops what IEEE 802.1Q reserves for the bridge itself, 01:80:c2:00:00:00 to 0f. Linux hands such frames
 * past bridge and VRF to the port's own stack, whatever they contain.
 */
export function dropBridgeReserved(): Source {
  const other = Symbol('other destination');
  return [
    unless(word(ethernet.destination), 0x0180c200, other),
    unlessSet(half(ethernet.destination + 4), 0xfff0, 'drop'),
    label(other),
  ];
}

/** Drops ARP that is cut short or speaks of anything but Ethernet and IPv4, or neither asks nor answers. */
export function dropMalformedArp(): Source {
  return [
    unlessAtLeast(frameLength, arp.end, 'drop'),
    unless(word(14), 0x0001_0800, 'drop'),
    unlessOneOf(arp.operation, [arpOperation.request, arpOperation.reply], 'drop'),
  ];
}

/** Drops IPv4 that is cut short, or whose first byte is not that of IPv4. */
export function dropMalformedIpv4(): Source {
  return [unlessBetween(ipv4.version, 0x45, 0x4f, 'drop'), dropCutShort(ipv4.totalLength, 14)];
}

/** Drops IPv6 that is cut short, or whose first byte is not that of IPv6. */
export function dropMalformedIpv6(): Source {
  return [unless(masked(ipv6.version, 0xf0), 0x60, 'drop'), dropCutShort(ipv6.payloadLength, ipv6.end)];
}

/** Makes {@link behindIp} read behind an IPv4 header with its options. */
export function skipIpv4Header(): Source {
  return { kind: 'setX', instructions: [[opcode.setXToIpv4HeaderLength, 0, 0, 14]] };
}

/** Makes {@link behindIp} read behind an IPv6 header that is followed by no extension header. */
export function skipIpv6Header(): Source {
  return { kind: 'setX', instructions: [[opcode.setX, 0, 0, 40]] };
}

/** Drops every fragment of an IPv4 packet. */
export function dropIpv4Fragments(): Source {
  return whenSet(ipv4.isFragment.value, ipv4.isFragment.bits, 'drop');
}

/** Addresses by family, as bytes. Throws a RangeError naming one that is none. */
export function byFamily(addresses: readonly string[]): { v4: Uint8Array[]; v6: Uint8Array[] } {
  const all = addresses.map(toBytes);
  return { v4: all.filter(({ length }) => length === 4), v6: all.filter(({ length }) => length === 16) };
}

/** The multicast group of an address's neighbour solicitations (RFC 4291 section 2.7.1). */
export function solicitedNodeGroup(address: Uint8Array): Uint8Array {
  const group = toBytes('ff02::1:ff00:0').slice();
  group.set(address.subarray(13), 13);
  return group;
}

/** Drops a frame shorter than `length` says, counted from `from`. Uses X. */
function dropCutShort(length: Value, from: number): Source {
  return whenShorterThan(length, from, 'drop');
}
