/** Routes (linux/rtnetlink.h, struct rtmsg). */
import { fromBytes, toBytes, toPrefixBytes } from '../../../common/addresses.ts';
import type { Family, Route } from '../../plan/kernel-object.ts';
import { AF, NLM_F, RT_SCOPE, RTA, RTM, RTN, RTNH_F_ONLINK, RTPROT } from '../constants.ts';
import { type Attribute, type Message, parseAttributes, word } from '../message.ts';

const types = {
  unicast: RTN.UNICAST,
  local: RTN.LOCAL,
  multicast: RTN.MULTICAST,
  unreachable: RTN.UNREACHABLE,
} as const;
const typeNames = new Map<number, Route['type']>(
  Object.entries(types).map(([name, value]) => [value, name as Route['type']]),
);

/** What the kernel gives an IPv6 route that says no metric (net/ipv6, IP6_RT_PRIO_USER). */
const defaultMetric6 = 1024;

/** Lengths of prefixes, RTPROT_*, RT_SCOPE_*, RTN_*, and RTNH_F_* or RTM_F_*; 0 where nothing is said. */
interface RouteHeader {
  to?: number;
  from?: number;
  protocol?: number;
  scope?: number;
  type?: number;
  flags?: number;
}

/** struct rtmsg: u8 family, dst length, src length, tos, table (here always in RTA_TABLE), protocol, scope, type, u32 flags. */
export function rtmsg(
  family: Family,
  { to = 0, from = 0, protocol = 0, scope = 0, type = 0, flags = 0 }: RouteHeader = {},
): number[] {
  return [word(family === 4 ? AF.INET : AF.INET6, to, from), word(0, protocol, scope, type), flags];
}

function scopeOf({ type, via, dev }: Route): number {
  if (type === 'local') return RT_SCOPE.HOST;
  return dev !== undefined && via === undefined ? RT_SCOPE.LINK : RT_SCOPE.UNIVERSE;
}

function message(type: number, flags: number, route: Route, index: number | undefined): Message {
  const { bytes, length } = toPrefixBytes(route.to);
  const attributes: Attribute[] = [];
  if (length > 0) attributes.push([RTA.DST, bytes]);
  attributes.push([RTA.TABLE, route.table]);
  if (index !== undefined) attributes.push([RTA.OIF, index]);
  if (route.via !== undefined) attributes.push([RTA.GATEWAY, toBytes(route.via)]);
  if (route.src !== undefined) attributes.push([RTA.PREFSRC, toBytes(route.src)]);
  if (route.metric !== undefined) attributes.push([RTA.PRIORITY, route.metric]);
  // Onlink: the kernel would check the gateway against table main, where the link has no routes.
  const routeFlags = route.via !== undefined ? RTNH_F_ONLINK : 0;
  const header = rtmsg(route.family, {
    to: length,
    protocol: RTPROT.STATIC,
    scope: route.family === 4 ? scopeOf(route) : 0,
    type: types[route.type],
    flags: routeFlags,
  });
  return { type, flags, header, attributes };
}

export function addRoute(route: Route, index: number | undefined): Message {
  return message(RTM.NEWROUTE, NLM_F.CREATE | NLM_F.EXCL, route, index);
}

export function deleteRoute(route: Route, index: number | undefined): Message {
  return message(RTM.DELROUTE, 0, route, index);
}

/** Of a table's routes those of one RTPROT_*, or those that lead to the link of one index. */
interface RouteFilter {
  protocol?: number;
  index?: number;
}

/**
 * One table's routes, or some of them; the filter needs NETLINK_GET_STRICT_CHK, and a table that is not there is ENOENT, a
 * link ENODEV.
 */
export function dumpRoutes(family: Family, table: number, { protocol = 0, index }: RouteFilter = {}): Message {
  return {
    type: RTM.GETROUTE,
    flags: NLM_F.DUMP,
    header: rtmsg(family, { protocol }),
    attributes: [[RTA.TABLE, table], ...(index === undefined ? [] : [[RTA.OIF, index] as const])],
  };
}

export interface ObservedRoute extends Omit<Route, 'object' | 'in' | 'type'> {
  type: Route['type'] | 'other';
  /** RTPROT_*: 2 is the kernel itself. */
  protocol: number;
  index: number | undefined;
}

/** A gateway of the other family (struct rtvia: u16 family, then the address): `via inet6 fe80::1` of an IPv4 route. */
function otherFamily(via: Buffer | undefined): string | undefined {
  return via && fromBytes(via.subarray(2));
}

/** Decodes the body of an RTM_NEWROUTE message. */
export function decodeRoute(body: Buffer): ObservedRoute {
  const family: Family = body[0] === AF.INET ? 4 : 6;
  const attributes = parseAttributes(body, 12);
  const address = (type: number) => {
    const bytes = attributes.get(type);
    return bytes && fromBytes(bytes);
  };
  const metric = attributes.number(RTA.PRIORITY);
  return {
    family,
    table: attributes.number(RTA.TABLE) ?? body[4]!,
    type: typeNames.get(body[7]!) ?? 'other',
    protocol: body[5]!,
    to: `${address(RTA.DST) ?? (family === 4 ? '0.0.0.0' : '::')}/${body[1]}`,
    index: attributes.number(RTA.OIF),
    via: address(RTA.GATEWAY) ?? otherFamily(attributes.get(RTA.VIA)),
    src: address(RTA.PREFSRC),
    metric: family === 6 && metric === defaultMetric6 ? undefined : metric,
  };
}
