/** What the customer may reach in a pod: the program for frames towards it, at the egress of the host end. */
import type { Program } from '../kernel-object.ts';
import { assemble, goto, label, type Source, type Value } from './assembler.ts';
import { unlessAnyAddressKept, unlessAnyBytes, whenAnyBytes } from './byte-strings.ts';
import { unlessBetween, when, whenSet } from './decisions.ts';
import { passIpv4ErrorsAbout, passIpv6ErrorsAbout } from './icmp-errors.ts';
import { passArpFor, passNeighbourDiscoveryToGroup, passNeighbourDiscoveryToOwn } from './neighbours.ts';
import {
  behindIp,
  byFamily,
  dropIpv4Fragments,
  dropMalformedIpv4,
  dropMalformedIpv6,
  dropTagged,
  ethernet,
  etherType,
  icmp,
  icmpv6,
  icmpv6Type,
  ipv4,
  ipv6,
  protocol,
  skipIpv4Header,
  skipIpv6Header,
} from './packet.ts';

import { byTemplate, type Own } from './template.ts';

/** One entry of a VRF's `expose`; `port` goes with tcp and udp, `endPort` makes it a range. `icmp` stands for echo requests of both families. */
interface Exposed {
  protocol: 'tcp' | 'udp' | 'icmp';
  port?: number | undefined;
  endPort?: number | undefined;
}

/** `addresses`: all of the attachment's, without prefix length, its IPv6 link-local one included. */
export interface TowardsPod {
  addresses: readonly string[];
  expose: readonly Exposed[];
}

/** Flags of a segment that cannot open a connection: an answer, or a reset, which bears no ACK when it answers one (RFC 9293 section 3.5.2). */
const tcpAckOrReset = 0x10 | 0x04;

/**
 * Passes frames for the attachment's own addresses: ARP and neighbour discovery, what `expose` lists, TCP
 * of connections the pod has opened, ICMP errors about the pod's own packets, echo replies. Drops fragments, IPv6 extension headers
 * (MLD queries with them), multicast, router advertisements and redirects. UDP is stateless here: answers to
 * the pod's own queries (DNS, NTP) pass only from a port that is listed, and so does whatever else comes from there.
 */
export function towardsPod({ addresses, expose }: TowardsPod): Program {
  // Nothing towards the pod is judged by the pod's MAC.
  const own = { mac: new Uint8Array(0), ...byFamily(addresses) };
  return byTemplate(shapeOf(expose), own, (like) => program(like, expose));
}

/** A VRF's list is the same object for all its attachments. */
const shapes = new WeakMap<readonly Exposed[], string>();

function shapeOf(expose: readonly Exposed[]): string {
  const shape = shapes.get(expose) ?? `towards pod ${JSON.stringify(expose)}`;
  shapes.set(expose, shape);
  return shape;
}

function program(own: Own, expose: readonly Exposed[]): Program {
  const passPorts = (of: Exposed['protocol'], port: Value) =>
    expose.filter((e) => e.protocol === of).map((e) => passPort(e, port));
  const isEchoExposed = expose.some((e) => e.protocol === 'icmp');

  return assemble([
    dropTagged(),
    when(ethernet.type, etherType.arp, 'arp'),
    when(ethernet.type, etherType.ipv4, 'ipv4'),
    when(ethernet.type, etherType.ipv6, 'ipv6'),
    goto('drop'),

    label('arp'),
    passArpFor(own.v4),

    label('ipv4'),
    dropMalformedIpv4(),
    dropIpv4Fragments(),
    unlessAnyBytes(ipv4.destination, own.v4, 'drop'),
    skipIpv4Header(),
    when(ipv4.protocol, protocol.tcp, 'tcp'),
    when(ipv4.protocol, protocol.udp, 'udp'),
    when(ipv4.protocol, protocol.icmp, 'icmp'),
    goto('drop'),

    label('ipv6'),
    dropMalformedIpv6(),
    whenAnyBytes(ipv6.destination, own.v6, 'ipv6 to own'),
    passNeighbourDiscoveryToGroup(own.v6, 'about own IPv6'),
    goto('drop'),

    label('ipv6 to own'),
    skipIpv6Header(),
    when(ipv6.nextHeader, protocol.tcp, 'tcp'),
    when(ipv6.nextHeader, protocol.udp, 'udp'),
    when(ipv6.nextHeader, protocol.icmpv6, 'icmpv6'),
    goto('drop'),

    label('tcp'),
    whenSet(behindIp.tcpFlags, tcpAckOrReset, 'pass'),
    passPorts('tcp', behindIp.destinationPort),
    goto('drop'),

    label('udp'),
    passPorts('udp', behindIp.destinationPort),
    // What the pod asked a server on such a port.
    passPorts('udp', behindIp.sourcePort),
    goto('drop'),

    label('icmp'),
    passIpv4ErrorsAbout(own.v4),
    when(behindIp.icmpType, icmp.echoReply, 'pass'),
    isEchoExposed ? when(behindIp.icmpType, icmp.echoRequest, 'pass') : [],
    goto('drop'),

    label('icmpv6'),
    passNeighbourDiscoveryToOwn('about own IPv6'),
    passIpv6ErrorsAbout('about own IPv6'),
    when(icmpv6Type, icmpv6.echoReply, 'pass'),
    isEchoExposed ? when(icmpv6Type, icmpv6.echoRequest, 'pass') : [],
    goto('drop'),

    label('about own IPv6'),
    unlessAnyAddressKept(own.v6, 'drop'),
    goto('pass'),
  ]);
}

function passPort({ port, endPort = port }: Exposed, of: Value): Source {
  if (port === undefined || endPort === undefined) return [];
  if (port === endPort) return when(of, port, 'pass');
  const outside = Symbol('outside the range');
  return [unlessBetween(of, port, endPort, outside), goto('pass'), label(outside)];
}
