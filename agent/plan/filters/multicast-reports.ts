/** Which multicast groups a pod's kernel tells routers of: the program for what a bridge need not send to other pods. */
import { macBytes } from '../../../common/macs.ts';
import type { Program } from '../kernel-object.ts';
import { assemble, goto, type Source } from './assembler.ts';
import { unlessAnyBytes, unlessBytes } from './byte-strings.ts';
import { byte, half, unless } from './decisions.ts';
import { byFamily, dropMalformedIpv6, dropTagged, ethernet, etherType, icmpv6, ipv6, protocol } from './packet.ts';
import { byTemplate, type Own } from './template.ts';

/** MAC of ff02::16, to which MLDv2 reports go (RFC 3810 section 5.2.14, RFC 2464 section 7). */
const allRouters = Uint8Array.of(0x33, 0x33, 0, 0, 0, 0x16);

/**
 * Matches MLDv2 reports that {@link antiSpoofing} passes as well: from this MAC and one of these addresses (without prefix
 * length), in an untagged frame. Bridges that snoop send them to routers alone (RFC 4541 section 2.1.1). Throws a RangeError
 * for a malformed MAC or address.
 */
export function multicastReports({ mac, addresses }: { mac: string; addresses: readonly string[] }): Program {
  const { v6 } = byFamily(addresses);
  return byTemplate('multicast reports', { mac: macBytes(mac), v4: [], v6 }, (like) => assemble(program(like)));
}

function program({ mac, v6 }: Own): Source[] {
  return [
    // Every frame of the pod comes by here: what tells most of them apart is first.
    unless(ethernet.type, etherType.ipv6, 'drop'),
    unlessBytes(ethernet.destination, allRouters, 'drop'),
    dropTagged(),
    unlessBytes(ethernet.source, mac, 'drop'),
    dropMalformedIpv6(),
    unlessAnyBytes(ipv6.source, v6, 'drop'),
    unless(ipv6.nextHeader, protocol.hopByHop, 'drop'),
    unless(half(ipv6.end), protocol.icmpv6 << 8, 'drop'),
    unless(byte(ipv6.end + 8), icmpv6.multicastReport2, 'drop'),
    goto('pass'),
  ];
}
