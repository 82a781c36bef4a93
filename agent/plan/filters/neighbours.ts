/** How a neighbour finds one of our addresses, and how it answers or announces itself: ARP and neighbour discovery towards us. */
import { toBytes } from '../../../common/addresses.ts';
import { goto, type Label, label, type Source } from './assembler.ts';
import { unlessAnyBytes, unlessBytes, whenAnyBytes } from './byte-strings.ts';
import { keep, unless, when, whenSame, word } from './decisions.ts';
import { arp, dropMalformedArp, icmpv6, icmpv6Type, ipv6, neighbour, protocol, solicitedNodeGroup } from './packet.ts';

const allNodes = toBytes('ff02::1');

/**
 * Passes ARP for one of our addresses: requests, replies, probes; and gratuitous ARP, by which a neighbour
 * announces a change of its own MAC. Drops all other.
 */
export function passArpFor(own: readonly Uint8Array[]): Source {
  return [
    dropMalformedArp(),
    whenSame(word(arp.senderAddress), word(arp.targetAddress), 'pass'),
    unlessAnyBytes(arp.targetAddress, own, 'drop'),
    goto('pass'),
  ];
}

/** ICMPv6 with a hop limit of 255, which proves that no router has forwarded it: RFC 4861 section 7.1. */
export const unforwardedIcmpv6 = (protocol.icmpv6 << 8) | 255;

/**
 * Decides about what is destined for a group: passes a solicitation for one of our addresses to its solicited-node group
 * and an advertisement to all nodes, drops all other, and goes on to the next statement with what has another destination.
 */
export function passNeighbourDiscoveryToGroup(own: readonly Uint8Array[], aboutOwn: Label): Source {
  const groups = [...new Map(own.map(solicitedNodeGroup).map((group) => [group.join(), group])).values()];
  const [solicitation, other] = [Symbol('solicitation'), Symbol('other')];
  return [
    whenAnyBytes(ipv6.destination, groups, solicitation),
    unlessBytes(ipv6.destination, allNodes, other),
    unless(ipv6.nextHeaderAndHops, unforwardedIcmpv6, 'drop'),
    when(icmpv6Type, icmpv6.neighbourAdvertisement, 'pass'),
    goto('drop'),

    label(solicitation),
    unless(ipv6.nextHeaderAndHops, unforwardedIcmpv6, 'drop'),
    unless(icmpv6Type, icmpv6.neighbourSolicitation, 'drop'),
    keep(neighbour.target),
    goto(aboutOwn),
    label(other),
  ];
}

/**
 * Decides about solicitations and advertisements destined for one of our addresses, and goes on to the next statement with
 * everything else. Expects ICMPv6 directly behind an IPv6 header.
 */
export function passNeighbourDiscoveryToOwn(aboutOwn: Label): Source {
  const [solicitation, other] = [Symbol('solicitation'), Symbol('other')];
  return [
    when(icmpv6Type, icmpv6.neighbourSolicitation, solicitation),
    unless(icmpv6Type, icmpv6.neighbourAdvertisement, other),
    unless(ipv6.nextHeaderAndHops, unforwardedIcmpv6, 'drop'),
    goto('pass'),

    label(solicitation),
    unless(ipv6.nextHeaderAndHops, unforwardedIcmpv6, 'drop'),
    keep(neighbour.target),
    goto(aboutOwn),
    label(other),
  ];
}
