/** ARP and neighbour tables (linux/neighbour.h, struct ndmsg). */
import { fromBytes } from '../../../common/addresses.ts';
import { macText } from '../../../common/macs.ts';
import { AF, NDA, NLM_F, RTM } from '../constants.ts';
import { type Message, parseAttributes } from '../message.ts';

/** struct ndmsg: u8 family, three of padding, i32 index, u16 state (NUD_*), u8 flags (NTF_*), u8 type. */
export function ndmsg(family: number, index = 0, state = 0, flags = 0): number[] {
  return [family, index, state | (flags << 16)];
}

/** The entries of one link, of both families; the filter needs NETLINK_GET_STRICT_CHK. Proxy entries are not among them. */
export function dumpNeighbours(index: number): Message {
  const header = ndmsg(AF.UNSPEC);
  return { type: RTM.GETNEIGH, flags: NLM_F.DUMP, header, attributes: [[NDA.IFINDEX, index]] };
}

export interface ObservedNeighbour {
  /** Of the link. */
  index: number;
  address: string;
  mac: string;
}

/** Decodes the body of an RTM_NEWNEIGH message; undefined for an entry that has no MAC, found or said. */
export function decodeNeighbour(body: Buffer): ObservedNeighbour | undefined {
  const attributes = parseAttributes(body, 12);
  const [address, mac] = [attributes.get(NDA.DST), attributes.get(NDA.LLADDR)];
  if (!address || mac?.length !== 6 || (body[0] !== AF.INET && body[0] !== AF.INET6)) return undefined;
  return { index: body.readInt32LE(4), address: fromBytes(address), mac: macText(mac) };
}
