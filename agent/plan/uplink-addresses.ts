/** The node's addresses on a routed uplink, as the kernel delivers to them. */
import { formatAddress, networkOf, parsePrefix } from '../../common/addresses.ts';

/**
 * Every destination that the kernel delivers to the node itself because an uplink has `addresses` (with prefix length): the
 * addresses, IPv4's network and broadcast address (fib_add_ifaddr; the network address before Linux 5.14), and the anycast
 * address of routers of each IPv6 network (RFC 4291 section 2.6.1, addrconf_join_anycast). Without prefix length.
 */
export function deliveredOn(addresses: readonly string[]): string[] {
  const all = addresses.flatMap((text) => {
    const prefix = parsePrefix(text);
    const { family, length, address: first } = networkOf(prefix);
    const own = formatAddress(family, prefix.address);
    const network = formatAddress(family, first);
    if (family === 6) return length < 127 ? [own, network] : [own];
    if (length > 30) return [own];
    return [own, network, formatAddress(family, first + (1n << BigInt(32 - length)) - 1n)];
  });
  return [...new Set(all)];
}
