/**
 * Routed mode: the pod's link ends at its gateway, so nothing is destined for the link itself, or for the node behind it,
 * but what finds and pings the gateway. Where the packet goes from there is decided by the VRF's rules and routes.
 */
import { toBytes } from '../../../common/addresses.ts';
import { label, type Source } from './assembler.ts';
import { unlessBytes, whenAnyBytes } from './byte-strings.ts';
import { byte, half, masked, unless, unlessOneOf, when, whenSet, word } from './decisions.ts';
import { behindIp, dropIpv4Fragments, ethernet, icmp, icmpv6, icmpv6Type, ipv4, ipv6, protocol } from './packet.ts';

/** The addresses of every host end in routed mode. */
export const gateway = { v4: toBytes('169.254.1.1'), v6: toBytes('fe80::1') } as const;

/**
 * Drops IPv4 to a group, to everybody, to 169.254.0.0/16 or to one of `node`, the node's addresses in the VRF, but for echo
 * to the latter and the gateway: with tcp_l3mdev_accept or udp_l3mdev_accept on, every wildcard listener of the node would
 * answer. Expects a skipped header.
 */
export function dropIpv4OnLink(node: readonly Uint8Array[]): Source {
  const [beyond, echoOnly] = [Symbol('beyond the link'), Symbol('echo only')];
  return [
    dropGroupMac(),
    when(masked(byte(ipv4.destination), 0xf0), 0xe0, 'drop'),
    when(word(ipv4.destination), 0xffff_ffff, 'drop'),
    whenAnyBytes(ipv4.destination, node, echoOnly),
    unless(half(ipv4.destination), 0xa9fe, beyond),
    unlessBytes(ipv4.destination, gateway.v4, 'drop'),
    label(echoOnly),
    unless(ipv4.protocol, protocol.icmp, 'drop'),
    dropIpv4Fragments(),
    unlessOneOf(behindIp.icmpType, [icmp.echoRequest, icmp.echoReply], 'drop'),
    label(beyond),
  ];
}

/** Drops IPv6 to ff00::/8, fe80::/10 or one of `node`, but for echo to the latter and the gateway. */
export function dropIpv6OnLink(node: readonly Uint8Array[]): Source {
  const [beyond, echoOnly] = [Symbol('beyond the link'), Symbol('echo only')];
  return [
    dropGroupMac(),
    when(byte(ipv6.destination), 0xff, 'drop'),
    whenAnyBytes(ipv6.destination, node, echoOnly),
    unless(masked(half(ipv6.destination), 0xffc0), 0xfe80, beyond),
    unlessBytes(ipv6.destination, gateway.v6, 'drop'),
    label(echoOnly),
    unless(ipv6.nextHeader, protocol.icmpv6, 'drop'),
    unlessOneOf(icmpv6Type, [icmpv6.echoRequest, icmpv6.echoReply], 'drop'),
    label(beyond),
  ];
}

/** Linux delivers, though it does not forward, a unicast packet in a multicast or broadcast frame. */
function dropGroupMac(): Source {
  return whenSet(byte(ethernet.destination), 1, 'drop');
}
