/** The IPv6 part of anti-spoofing: neighbour discovery has senders of its own, and extension headers hide them. */
import { goto, label, type Source } from './assembler.ts';
import { unlessAnyBytes, unlessBytes } from './byte-strings.ts';
import { byte, half, keep, unless, unlessBetween, unlessKept, unlessOneOf, when, whenOneOf } from './decisions.ts';
import { dropIpv6OnLink, gateway } from './gateway-link.ts';
import { dropMalformedIpv6, icmpv6, icmpv6Type, ipv6, neighbour, protocol } from './packet.ts';

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
    unlessAnyBytes(ipv6.source, own, 'foreign source'),
    unless(ipv6.nextHeader, protocol.icmpv6, 'other than neighbour discovery'),
    when(icmpv6Type, icmpv6.neighbourSolicitation, 'solicitation'),
    when(icmpv6Type, icmpv6.neighbourAdvertisement, 'advertisement'),

    label('other than neighbour discovery'),
    node ? dropIpv6OnLink(node) : [],
    when(ipv6.nextHeader, protocol.icmpv6, 'icmpv6'),
    when(ipv6.nextHeader, protocol.hopByHop, 'hop-by-hop'),
    when(ipv6.nextHeader, protocol.fragment, 'fragment'),
    whenOneOf(ipv6.nextHeader, otherExtensions, 'drop'),
    goto('pass'),

    label('icmpv6'),
    whenOneOf(icmpv6Type, [icmpv6.echoRequest, icmpv6.echoReply], 'pass'),
    unlessBetween(icmpv6Type, icmpv6.firstError, icmpv6.lastError, 'drop'),
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
    keep(option.sourceMac),
    node ? unlessBytes(neighbour.target, gateway.v6, 'about own address') : [],
    goto('option'),

    label('advertisement'),
    keep(option.targetMac),
    goto('about own address'),

    // RFC 4862 section 5.4.2: duplicate address detection asks for its own address from the unspecified one.
    label('foreign source'),
    unlessBytes(ipv6.source, unspecified, 'drop'),
    unless(ipv6.nextHeader, protocol.icmpv6, 'drop'),
    unless(icmpv6Type, icmpv6.neighbourSolicitation, 'drop'),
    keep(option.nonce),

    label('about own address'),
    unlessAnyBytes(neighbour.target, own, 'drop'),

    // None, or only the one that is kept: a second could name another MAC.
    label('option'),
    when(ipv6.payloadLength, neighbour.bareLength, 'pass'),
    unless(ipv6.payloadLength, neighbour.bareLength + 8, 'drop'),
    unlessKept(half(neighbour.option), 'drop'),
    when(half(neighbour.option), option.nonce, 'pass'),
    unlessBytes(neighbour.option + 2, ownMac, 'drop'),
    goto('pass'),
  ];
}
