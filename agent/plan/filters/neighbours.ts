/** How a neighbour finds one of our addresses, and how it answers or announces itself: ARP and neighbour discovery towards us. */
import { toBytes } from '../../../common/addresses.ts';
import { goto, label, type Source } from './assembler.ts';
import { unless, unlessAnyBytes, when, whenAnyBytes, whenSame, word } from './decisions.ts';
import { arp, behindIp, dropMalformedArp, icmpv6, ipv6, neighbour, solicitedNodeGroup } from './packet.ts';

const allNodes = toBytes('ff02::1');

/**
 * Passes ARP for one of our addresses: requests, replies, probes; and gratuitous ARP, by which a neighbour
 * announces a change of its own MAC. Drops all other.
 */
export function passArpFor(own: readonly Uint8Array[]): Source {
  return [
    dropMalformedArp(),
    whenAnyBytes(arp.targetAddress, own, 'pass'),
    whenSame(word(arp.senderAddress), word(arp.targetAddress), 'pass'),
    goto('drop'),
  ];
}

/**
 * Decides about neighbour discovery for one of our addresses and goes on to the next statement with everything
 * that is no solicitation or advertisement. Expects ICMPv6 directly behind an IPv6 header, skipped.
 */
export function passNeighbourDiscoveryFor(own: readonly Uint8Array[]): Source {
  const groups = [...new Map(own.map(solicitedNodeGroup).map((group) => [group.join(), group])).values()];
  const [advertisement, other] = [Symbol('advertisement'), Symbol('other')];
  return [
    when(behindIp.icmpv6Type, icmpv6.neighbourAdvertisement, advertisement),
    unless(behindIp.icmpv6Type, icmpv6.neighbourSolicitation, other),
    dropRouted(),
    unlessAnyBytes(neighbour.target, own, 'drop'),
    unlessAnyBytes(ipv6.destination, [...own, ...groups], 'drop'),
    goto('pass'),

    label(advertisement),
    dropRouted(),
    unlessAnyBytes(ipv6.destination, [allNodes, ...own], 'drop'),
    goto('pass'),

    label(other),
  ];
}

/** RFC 4861 section 7.1: a hop limit of 255 proves that no router has forwarded it. */
function dropRouted(): Source {
  return unless(ipv6.hopLimit, 255, 'drop');
}
