/** Addresses of links (linux/if_addr.h). */
import { fromBytes, toPrefixBytes } from '../../../common/addresses.ts';
import type { Address } from '../../plan/kernel-object.ts';
import { AF, IFA, IFA_F, NLM_F, RT_SCOPE, RTM } from '../constants.ts';
import { type Message, parseAttributes, word } from '../message.ts';

/** struct ifaddrmsg: u8 family, u8 prefix length, u8 flags, u8 scope, u32 index. */
function ifaddrmsg(family: number, length: number, scope: number, index: number): number[] {
  return [word(family, length, 0, scope), index];
}

function message(type: number, flags: number, index: number, { address, scope, prefixRoute }: Address): Message {
  const { bytes, length } = toPrefixBytes(address);
  const family = bytes.length === 4 ? 4 : 6;
  // NODAD: a tentative address cannot be bound for 1.3 s. NOPREFIXROUTE: the routes are said explicitly,
  // since the kernel would put them into the table of whatever master the link has at this moment.
  const ifaFlags = (prefixRoute ? 0 : IFA_F.NOPREFIXROUTE) | (family === 6 ? IFA_F.NODAD : 0);
  return {
    type,
    flags,
    header: ifaddrmsg(
      family === 4 ? AF.INET : AF.INET6,
      length,
      scope === 'link' ? RT_SCOPE.LINK : RT_SCOPE.UNIVERSE,
      index,
    ),
    attributes: [
      [IFA.LOCAL, bytes],
      [IFA.ADDRESS, bytes],
      [IFA.FLAGS, ifaFlags],
    ],
  };
}

export function addAddress(index: number, address: Address): Message {
  return message(RTM.NEWADDR, NLM_F.CREATE | NLM_F.EXCL, index, address);
}

export function deleteAddress(index: number, address: Address): Message {
  return message(RTM.DELADDR, 0, index, address);
}

/** Addresses of one link; the filter needs NETLINK_GET_STRICT_CHK. */
export function dumpAddresses(index: number): Message {
  return { type: RTM.GETADDR, flags: NLM_F.DUMP, header: ifaddrmsg(AF.UNSPEC, 0, 0, index), attributes: [] };
}

export interface ObservedAddress {
  index: number;
  /** With prefix length. */
  address: string;
  scope: 'global' | 'link' | 'host';
}

/** Decodes the body of an RTM_NEWADDR message. */
export function decodeAddress(body: Buffer): ObservedAddress {
  const attributes = parseAttributes(body, 8);
  // On point-to-point links IFA_ADDRESS is the peer; IPv6 without a peer has IFA_ADDRESS only.
  const bytes = attributes.get(IFA.LOCAL) ?? attributes.get(IFA.ADDRESS) ?? Buffer.alloc(0);
  const scope = body[3] === RT_SCOPE.LINK ? 'link' : body[3] === RT_SCOPE.HOST ? 'host' : 'global';
  return { index: body.readUInt32LE(4), address: `${fromBytes(bytes)}/${body[1]}`, scope };
}
