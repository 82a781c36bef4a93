/** What a pod may say, and in whose name: the program for frames from it, at the ingress of the host end. */
import { macBytes } from '../../../common/macs.ts';
import type { Program } from '../kernel-object.ts';
import { passIpv6From } from './anti-spoofing-ipv6.ts';
import { assemble, goto, label, type Source } from './assembler.ts';
import { unlessAnyBytes, unlessBytes, whenAnyBytes } from './byte-strings.ts';
import { unless, when, whenOneOf, whenSet, word } from './decisions.ts';
import { dropIpv4OnLink, gateway } from './gateway-link.ts';
import {
  arp,
  arpOperation,
  behindIp,
  byFamily,
  dropBridgeReserved,
  dropMalformedArp,
  dropMalformedIpv4,
  dropTagged,
  ethernet,
  etherType,
  icmp,
  igmpQuery,
  ipv4,
  protocol,
  skipIpv4Header,
} from './packet.ts';

import { byTemplate, type Own } from './template.ts';

/**
 * `addresses`: all of the attachment's, without prefix length, its IPv6 link-local one included.
 * `gatewayMode`: the host end is the pod's gateway (routed mode), not a port of a bridge. `nodeAddresses`: what the kernel
 * delivers to the node in the VRF, without prefix length; of no meaning on a bridge.
 */
export interface AntiSpoofing {
  mac: string;
  addresses: readonly string[];
  gatewayMode: boolean;
  nodeAddresses?: readonly string[];
}

/**
 * Passes untagged frames that name the pod's own MAC and one of its own addresses wherever Ethernet, ARP, IP
 * and neighbour discovery name a sender. Drops what only routers say or are asked (router advertisement and
 * solicitation, redirect, queries of MLD and IGMP), and what could hide it: ICMPv6 in fragments or behind
 * extension headers. With `gatewayMode` also drops what is destined for the link or the node instead of beyond, except
 * ARP and neighbour discovery for the gateway, and echo. Throws a RangeError for a malformed MAC or address.
 */
export function antiSpoofing({ mac, addresses, gatewayMode, nodeAddresses = [] }: AntiSpoofing): Program {
  const own = byFamily(addresses);
  const node = byFamily(gatewayMode ? nodeAddresses : []);
  const [n4, n6] = [own.v4.length, own.v6.length];
  // Behind the pod's own, so that no number of theirs can be mistaken for a gap.
  const all = { mac: macBytes(mac), v4: [...own.v4, ...node.v4], v6: [...own.v6, ...node.v6] };
  return byTemplate(`from pod, ${gatewayMode ? 'routed' : 'bridged'} ${n4} ${n6}`, all, (like) =>
    program(
      { mac: like.mac, v4: like.v4.slice(0, n4), v6: like.v6.slice(0, n6) },
      gatewayMode ? { v4: like.v4.slice(n4), v6: like.v6.slice(n6) } : undefined,
    ),
  );
}

function program({ mac: ownMac, v4, v6 }: Own, node: Omit<Own, 'mac'> | undefined): Program {
  return assemble([
    dropTagged(),
    dropBridgeReserved(),
    unlessBytes(ethernet.source, ownMac, 'drop'),
    when(ethernet.type, etherType.arp, 'arp'),
    when(ethernet.type, etherType.ipv4, 'ipv4'),
    when(ethernet.type, etherType.ipv6, 'ipv6'),
    goto('drop'),

    label('arp'),
    passArpFrom(ownMac, v4, node !== undefined),

    label('ipv4'),
    passIpv4From(v4, node?.v4),

    label('ipv6'),
    passIpv6From(ownMac, v6, node?.v6),
  ]);
}

function passArpFrom(ownMac: Uint8Array, own: readonly Uint8Array[], gatewayMode: boolean): Source {
  return [
    dropMalformedArp(),
    unlessBytes(arp.senderMac, ownMac, 'drop'),
    whenAnyBytes(arp.senderAddress, own, 'own sender'),

    // A probe, RFC 5227 section 2.1.1: from 0.0.0.0 it asks for the address that it is going to use.
    unless(word(arp.senderAddress), 0, 'drop'),
    unless(arp.operation, arpOperation.request, 'drop'),
    unlessAnyBytes(arp.targetAddress, own, 'drop'),
    goto('pass'),

    label('own sender'),
    gatewayMode
      ? [
          when(arp.operation, arpOperation.reply, 'pass'),
          unlessAnyBytes(arp.targetAddress, [gateway.v4, ...own], 'drop'),
        ]
      : [],
    goto('pass'),
  ];
}

function passIpv4From(own: readonly Uint8Array[], node: readonly Uint8Array[] | undefined): Source {
  return [
    dropMalformedIpv4(),
    unlessAnyBytes(ipv4.source, own, 'drop'),
    skipIpv4Header(),
    node ? dropIpv4OnLink(node) : [],

    // The first byte behind the header, the type, is in the first fragment only and always.
    whenSet(ipv4.isLaterFragment.value, ipv4.isLaterFragment.bits, 'pass'),
    when(ipv4.protocol, protocol.icmp, 'icmp'),
    when(ipv4.protocol, protocol.igmp, 'igmp'),
    goto('pass'),

    label('icmp'),
    whenOneOf(behindIp.icmpType, [icmp.redirect, icmp.routerAdvertisement], 'drop'),
    goto('pass'),

    label('igmp'),
    when(behindIp.igmpType, igmpQuery, 'drop'),
    goto('pass'),
  ];
}
