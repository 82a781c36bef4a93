/** What the kernel announces to multicast groups: which link, route or rule changed. What it is now is looked up. */
import { AF, IFLA, RTA, RTM } from '../constants.ts';
import { parseAttributes, type Received } from '../message.ts';

/** One change. `link`: the link itself; `on-link`: something that lives on it; `port`: of a bridge's forwarding database; `place`: of the whole namespace. */
export type Notice =
  | { about: 'link'; index: number; name: string; gone: boolean }
  | { about: 'on-link'; index: number }
  | { about: 'port'; index: number }
  | { about: 'route'; table: number; index: number | undefined }
  | { about: 'place' };

/** RTNLGRP_* as bits (linux/rtnetlink.h): LINK, NEIGH, TC, IPV4_IFADDR, IPV4_ROUTE, IPV4_RULE, IPV6_IFADDR, IPV6_ROUTE, IPV6_RULE, and NETCONF of both. */
export const noticeGroups = [1, 3, 4, 5, 7, 8, 9, 11, 19, 24, 25].reduce(
  (mask, group) => (mask | (1 << (group - 1))) >>> 0,
  0,
);

const [RTM_NEWNETCONF, RTM_DELNETCONF, NETCONFA_IFINDEX] = [80, 81, 1];
const RTM_F_CLONED = 0x200;

/** Undefined for what concerns nobody here: neighbours, cached routes, unknown types. */
export function decodeNotice({ type, body }: Pick<Received, 'type' | 'body'>): Notice | undefined {
  switch (type) {
    case RTM.NEWLINK:
    case RTM.DELLINK:
      return linkNotice(type, body);
    case RTM.NEWADDR:
    case RTM.DELADDR:
    case RTM.NEWQDISC:
    case RTM.DELQDISC:
    case RTM.NEWTFILTER:
    case RTM.DELTFILTER:
      // ifaddrmsg and tcmsg have the index in the same place.
      return { about: 'on-link', index: body.readInt32LE(4) };
    case RTM.NEWNEIGH:
    case RTM.DELNEIGH:
      return body[0] === AF.BRIDGE ? { about: 'port', index: body.readInt32LE(4) } : undefined;
    case RTM.NEWROUTE:
    case RTM.DELROUTE:
      return routeNotice(body);
    case RTM.NEWRULE:
    case RTM.DELRULE:
      return { about: 'place' };
    case RTM_NEWNETCONF:
    case RTM_DELNETCONF: {
      // Negative: `conf/all` and `conf/default`.
      const index = parseAttributes(body, 4).get(NETCONFA_IFINDEX)?.readInt32LE(0) ?? -1;
      return index < 0 ? { about: 'place' } : { about: 'on-link', index };
    }
    default:
      return undefined;
  }
}

function linkNotice(type: number, body: Buffer): Notice {
  const index = body.readInt32LE(4);
  const name = parseAttributes(body, 16).text(IFLA.IFNAME) ?? '';
  // With family AF_BRIDGE it is a port that left its bridge.
  const gone = type === RTM.DELLINK && body[0] !== AF.BRIDGE;
  return { about: 'link', index, name, gone };
}

function routeNotice(body: Buffer): Notice | undefined {
  if (body[0] !== AF.INET && body[0] !== AF.INET6) return undefined;
  if ((body.readUInt32LE(8) & RTM_F_CLONED) !== 0) return undefined;
  const attributes = parseAttributes(body, 12);
  const table = attributes.number(RTA.TABLE) ?? body[4] ?? 0;
  return { about: 'route', table, index: attributes.number(RTA.OIF) };
}
