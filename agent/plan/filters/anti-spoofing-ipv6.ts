/** The IPv6 part of anti-spoofing: neighbour discovery has senders of its own, and extension headers hide them. */
import { goto, label, type Source } from './assembler.ts';
import { byte, half, unless, unlessAnyBytes, unlessBytes, unlessOneOf, when, whenOneOf } from './decisions.ts';
import { dropIpv6OnLink, gateway } from './gateway-link.ts';
import { behindIp, dropMalformedIpv6, icmpv6, ipv6, neighbour, protocol, skipIpv6Header } from './packet.ts';

/** IANA, IPv6 extension header types, without hop-by-hop, fragment and ESP: ICMPv6 could follow. */
const otherExtensions = [43, 51, 60, 135, 139, 140];

/** Type and length, in units of 8 bytes, of an option: RFC 4861 section 4.6, RFC 3971 section 5.3.2. */
const option = { sourceMac: 0x0101, targetMac: 0x0201, nonce: 0x0e01 } as const;

const unspecified = new Uint8Array(16);

/**
 * Passes IPv6 from our addresses and the detection of duplicates of them, drops all other. `node` are the node's addresses
 * in the VRF where the host end is the gateway; absent where it is a port.
 */
export function passIpv6From(
  ownMac: Uint8Array,
  own: readonly Uint8Array[],
  node: readonly Uint8Array[] | undefined,
): Source {
  return [
    dropMalformedIpv6(),
    skipIpv6Header(),
    unlessAnyBytes(ipv6.source, own, 'foreign source'),
    unless(ipv6.nextHeader, protocol.icmpv6, 'other than neighbour discovery'),
    when(behindIp.icmpv6Type, icmpv6.neighbourSolicitation, 'solicitation'),
    when(behindIp.icmpv6Type, icmpv6.neighbourAdvertisement, 'advertisement'),

    label('other than neighbour discovery'),
    node ? dropIpv6OnLink(node) : [],
    when(ipv6.nextHeader, protocol.icmpv6, 'icmpv6'),
    when(ipv6.nextHeader, protocol.hopByHop, 'hop-by-hop'),
    when(ipv6.nextHeader, protocol.fragment, 'fragment'),
    whenOneOf(ipv6.nextHeader, otherExtensions, 'drop'),
    goto('pass'),

    label('icmpv6'),
    unlessOneOf(behindIp.icmpv6Type, [...icmpv6.errors, icmpv6.echoRequest, icmpv6.echoReply], 'drop'),
    goto('pass'),

    // 8 bytes long, so that the type of the report lies where we look for it.
    label('hop-by-hop'),
    unless(half(ipv6.end), protocol.icmpv6 << 8, 'drop'),
    unlessOneOf(byte(ipv6.end + 8), icmpv6.multicastReports, 'drop'),
    goto('pass'),

    // RFC 6980 forbids neighbour discovery in fragments; reassembly believes the header in front of them.
    label('fragment'),
    whenOneOf(byte(ipv6.end), [protocol.icmpv6, protocol.hopByHop, protocol.fragment, ...otherExtensions], 'drop'),
    goto('pass'),

    label('solicitation'),
    node ? unlessAnyBytes(neighbour.target, [gateway.v6, ...own], 'drop') : [],
    passOption(option.sourceMac, ownMac),

    label('advertisement'),
    unlessAnyBytes(neighbour.target, own, 'drop'),
    passOption(option.targetMac, ownMac),

    // RFC 4862 section 5.4.2: duplicate address detection asks for its own address from the unspecified one.
    label('foreign source'),
    unlessBytes(ipv6.source, unspecified, 'drop'),
    unless(ipv6.nextHeader, protocol.icmpv6, 'drop'),
    unless(behindIp.icmpv6Type, icmpv6.neighbourSolicitation, 'drop'),
    unlessAnyBytes(neighbour.target, own, 'drop'),
    when(ipv6.payloadLength, neighbour.bareLength, 'pass'),
    unless(ipv6.payloadLength, neighbour.bareLength + 8, 'drop'),
    when(half(neighbour.option), option.nonce, 'pass'),
  ];
}

/** Passes a solicitation or advertisement with no option or the one that names our MAC; a second could name another. */
function passOption(kind: number, ownMac: Uint8Array): Source {
  return [
    when(ipv6.payloadLength, neighbour.bareLength, 'pass'),
    unless(ipv6.payloadLength, neighbour.bareLength + 8, 'drop'),
    unless(half(neighbour.option), kind, 'drop'),
    unlessBytes(neighbour.option + 2, ownMac, 'drop'),
    goto('pass'),
  ];
}
