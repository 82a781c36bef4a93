/** The addresses that are the node's own: those of its interfaces outside VRFs. */
import { decodeAddress, dumpAddresses } from '../netlink/codec/address.ts';
import { dumpLinks } from '../netlink/codec/link.ts';
import { decodeLink } from '../netlink/codec/link-decode.ts';
import type { PlaceHandle } from './place.ts';

/** With prefix length, without those of loopback and link-local ones. Two dumps. */
export function observeNodeAddresses(node: PlaceHandle): string[] {
  const links = node.socket.dump(dumpLinks(), decodeLink);
  const vrfs = new Set(links.filter(({ kind }) => kind === 'vrf').map(({ index }) => index));
  const inVrf = new Set(
    links.filter(({ index, master }) => vrfs.has(index) || vrfs.has(master)).map((one) => one.index),
  );
  return node.socket
    .dump(dumpAddresses(0), decodeAddress)
    .filter(({ index, scope }) => scope === 'global' && !inVrf.has(index))
    .map(({ address }) => address);
}
