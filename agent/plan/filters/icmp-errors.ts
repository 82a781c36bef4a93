/**
 * ICMP errors towards us. The kernel takes the path MTU and the state of a connection from what an error quotes, whoever sent
 * it: one about a packet of somebody else would change routes of the main table (net/ipv4/icmp.c icmp_err).
 */
import { goto, type Label, label, type Source } from './assembler.ts';
import { unlessAnyBytes } from './byte-strings.ts';
import { byte, keep, unless, unlessBetween, unlessOneOf, when } from './decisions.ts';
import { behindIp, icmp, icmpv6, icmpv6Type, ipv4, protocol } from './packet.ts';

/** In the packet that an error quotes, which begins 8 bytes behind that of the error; no IP header here has options. */
const quoted = {
  v4: { version: byte(42), protocol: byte(51), source: 54, icmpType: byte(62) },
  v6: { source: 70 },
} as const;

/**
 * Decides about IPv4's errors, and goes on to the next statement with everything else. Passes those about UDP, TCP and echo
 * requests from one of `own`. Of an answer to echo the kernel looks up the route as if for no interface at all, which is
 * table main; it needs no path MTU, since the kernel lets it be fragmented. Expects ICMP, its header skipped.
 */
export function passIpv4ErrorsAbout(own: readonly Uint8Array[]): Source {
  const other = Symbol('no error');
  return [
    unlessOneOf(behindIp.icmpType, icmp.errors, other),
    unless(ipv4.version, 0x45, 'drop'),
    unless(quoted.v4.version, 0x45, 'drop'),
    unlessAnyBytes(quoted.v4.source, own, 'drop'),
    when(quoted.v4.protocol, protocol.tcp, 'pass'),
    when(quoted.v4.protocol, protocol.udp, 'pass'),
    unless(quoted.v4.protocol, protocol.icmp, 'drop'),
    unless(quoted.v4.icmpType, icmp.echoRequest, 'drop'),
    goto('pass'),
    label(other),
  ];
}

/** The same of IPv6, which looks up routes by the interface an error comes in by: of whatever protocol. At `aboutOwn` it is one of ours. */
export function passIpv6ErrorsAbout(aboutOwn: Label): Source {
  const other = Symbol('no error');
  return [
    unlessBetween(icmpv6Type, icmpv6.firstError, icmpv6.lastError, other),
    keep(quoted.v6.source),
    goto(aboutOwn),
    label(other),
  ];
}
