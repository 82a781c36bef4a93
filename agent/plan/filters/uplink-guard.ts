/** What an uplink lets in from the customer: the programs for its ingress. */
import { formatAddress, networkOf, type Prefix, parsePrefix, toBytes } from '../../../common/addresses.ts';
import type { Program } from '../kernel-object.ts';
import { assemble, goto, label, type Source } from './assembler.ts';
import { unlessAnyAddressKept, unlessAnyBytes, whenAnyBytes, whenBytes } from './byte-strings.ts';
import { unless, when, whenOneOf } from './decisions.ts';
import { passIpv4ErrorsAbout, passIpv6ErrorsAbout } from './icmp-errors.ts';
import {
  passArpFor,
  passNeighbourDiscoveryToGroup,
  passNeighbourDiscoveryToOwn,
  unforwardedIcmpv6,
} from './neighbours.ts';
import {
  behindIp,
  byFamily,
  dropBridgeReserved,
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
  vlanTypes,
} from './packet.ts';

/**
 * `pods`: prefixes (`192.0.2.0/24`) in which pods' addresses lie, the subnets of the VRF's pools. `own`: the
 * addresses of the uplink itself, without prefix length; the IPv6 link-local one may be left out.
 */
export interface RoutedUplink {
  pods: readonly string[];
  own: readonly string[];
}

/**
 * For an uplink that is a bridge's port: passes all but VLAN tags and 01:80:c2:00:00:00 to 0f (STP, LLDP,
 * pause), which Linux would hand to the node's own stack. What the customer may reach in a pod is decided
 * at the pod's port.
 */
export function uplinkGuard(): Program {
  return assemble([dropTagged(), whenOneOf(ethernet.type, vlanTypes, 'drop'), dropBridgeReserved(), goto('pass')]);
}

/**
 * For an uplink that is routed: passes what is destined for `pods`, and of what is destined for the uplink
 * itself ARP, neighbour discovery, echo and ICMP errors about its own packets. An address that is both belongs to the uplink.
 */
export function routedUplinkGuard({ pods, own: ownAddresses }: RoutedUplink): Program {
  const own = byFamily(ownAddresses);
  const prefixes = pods.map((text) => networkOf(parsePrefix(text)));

  return assemble([
    dropTagged(),
    dropBridgeReserved(),
    when(ethernet.type, etherType.arp, 'arp'),
    when(ethernet.type, etherType.ipv4, 'ipv4'),
    when(ethernet.type, etherType.ipv6, 'ipv6'),
    goto('drop'),

    label('arp'),
    passArpFor(own.v4),

    label('ipv4'),
    dropMalformedIpv4(),
    unlessAnyBytes(ipv4.destination, own.v4, 'to pods by IPv4'),
    dropIpv4Fragments(),
    unless(ipv4.protocol, protocol.icmp, 'drop'),
    skipIpv4Header(),
    passIpv4ErrorsAbout(own.v4),
    whenOneOf(behindIp.icmpType, [icmp.echoRequest, icmp.echoReply], 'pass'),
    goto('drop'),

    label('to pods by IPv4'),
    passTo(prefixes, 4, ipv4.destination),

    label('ipv6'),
    dropMalformedIpv6(),
    whenAnyBytes(ipv6.destination, own.v6, 'ipv6 to own'),
    unless(ipv6.nextHeader, protocol.icmpv6, 'to pods by IPv6'),
    when(icmpv6Type, icmpv6.neighbourSolicitation, 'neighbour discovery'),
    unless(icmpv6Type, icmpv6.neighbourAdvertisement, 'to pods by IPv6'),

    label('neighbour discovery'),
    passNeighbourDiscoveryToGroup(own.v6, 'about own IPv6'),
    unless(icmpv6Type, icmpv6.neighbourAdvertisement, 'drop'),
    unless(ipv6.nextHeaderAndHops, unforwardedIcmpv6, 'drop'),
    // The kernel asks for a forwarded packet's next hop from the uplink's link-local address, which no plan knows.
    whenBytes(ipv6.destination, toBytes('fe80::'), 'pass', 10),
    goto('drop'),

    label('ipv6 to own'),
    unless(ipv6.nextHeader, protocol.icmpv6, 'drop'),
    passNeighbourDiscoveryToOwn('about own IPv6'),
    passIpv6ErrorsAbout('about own IPv6'),
    whenOneOf(icmpv6Type, [icmpv6.echoRequest, icmpv6.echoReply], 'pass'),
    goto('drop'),

    label('about own IPv6'),
    unlessAnyAddressKept(own.v6, 'drop'),
    goto('pass'),

    label('to pods by IPv6'),
    passTo(prefixes, 6, ipv6.destination),
  ]);
}

function passTo(prefixes: readonly Prefix[], family: Prefix['family'], at: number): Source {
  const ofFamily = prefixes.filter((prefix) => prefix.family === family);
  return [
    ofFamily.map(({ address, length }) => whenBytes(at, toBytes(formatAddress(family, address)), 'pass', length)),
    goto('drop'),
  ];
}
