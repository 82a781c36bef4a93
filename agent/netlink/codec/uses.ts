/** What else uses a link: routes that lead to it, and links that are built on it. */
import type { Family } from '../../plan/kernel-object.ts';
import { IFLA, IFLA_INFO, NLM_F, RTA, RTM } from '../constants.ts';
import { type Message, parseAttributes } from '../message.ts';
import { rtmsg } from './route.ts';

/** The routes of every table that lead to one link, multipath ones included; the filter needs NETLINK_GET_STRICT_CHK. */
export function dumpRoutesTo(family: Family, index: number): Message {
  return { type: RTM.GETROUTE, flags: NLM_F.DUMP, header: rtmsg(family), attributes: [[RTA.OIF, index]] };
}

interface BuiltLink {
  name: string;
  kind: string;
  /** Index of the link below. */
  below: number;
}

const IFLA_LINK_NETNSID = 37;
/** linux/if_link.h: of all kinds only VXLAN tells its underlay nowhere else. */
const IFLA_VXLAN_LINK = 3;

/** Decodes the body of an RTM_NEWLINK message; undefined for a link that stands on no other of the same namespace. */
export function decodeBuiltLink(body: Buffer): BuiltLink | undefined {
  const attributes = parseAttributes(body, 16);
  const info = attributes.nested(IFLA.LINKINFO);
  const kind = info?.text(IFLA_INFO.KIND);
  if (!info || kind === undefined) return undefined;
  const data = kind === 'vxlan' ? info.nested(IFLA_INFO.DATA) : undefined;
  const below = data ? data.number(IFLA_VXLAN_LINK) : attributes.number(IFLA.LINK);
  // A veth stands on nothing: what it names is its other end.
  if (!below || kind === 'veth' || attributes.has(IFLA_LINK_NETNSID)) return undefined;
  return { name: attributes.text(IFLA.IFNAME) ?? '', kind, below };
}
