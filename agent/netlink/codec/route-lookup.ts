/** The kernel's own answer to where a packet would go: RTM_GETROUTE without a dump (linux/rtnetlink.h, `ip route get`). */
import { toBytes } from '../../../common/addresses.ts';
import type { Family } from '../../plan/kernel-object.ts';
import { RTA, RTM, RTM_F_LOOKUP_TABLE, RTN } from '../constants.ts';
import { type Attribute, type Message, parseAttributes } from '../message.ts';
import { rtmsg } from './route.ts';

/** A packet. With `iif` it has come in there, else this namespace sends it; `oif` is the interface its socket is bound to. */
export interface RouteLookup {
  family: Family;
  /** Without prefix length. */
  to: string;
  from?: string;
  /** Index. */
  iif?: number;
  /** Index. */
  oif?: number;
}

/**
 * The look-up of one packet. Rules, tables and reverse path decide as for a real one; filters are not asked. The answer
 * is an RTM_NEWROUTE, or an error: EHOSTUNREACH and ENETUNREACH for unreachable, EINVAL for blackhole and for a source
 * that cannot come from there.
 */
export function lookupRoute({ family, to, from, iif, oif }: RouteLookup): Message {
  const bits = family === 4 ? 32 : 128;
  // IPv6 knows no such flag and, being asked strictly, refuses a request with it.
  const flags = family === 4 ? RTM_F_LOOKUP_TABLE : 0;
  const attributes: Attribute[] = [[RTA.DST, toBytes(to)]];
  if (from !== undefined) attributes.push([RTA.SRC, toBytes(from)]);
  if (iif !== undefined) attributes.push([RTA.IIF, iif]);
  if (oif !== undefined) attributes.push([RTA.OIF, oif]);
  const header = rtmsg(family, { to: bits, from: from === undefined ? 0 : bits, flags });
  return { type: RTM.GETROUTE, flags: 0, header, attributes };
}

export interface FoundRoute {
  /** `local`: the namespace itself takes the packet. `refused`: unreachable, blackhole or prohibit. */
  type: 'local' | 'unicast' | 'refused' | 'other';
  /** Index of the interface by which it leaves. */
  index: number | undefined;
}

const types = new Map<number, FoundRoute['type']>([
  [RTN.LOCAL, 'local'],
  [RTN.UNICAST, 'unicast'],
  [RTN.BLACKHOLE, 'refused'],
  [RTN.UNREACHABLE, 'refused'],
  [RTN.PROHIBIT, 'refused'],
]);

/** Decodes the body of the RTM_NEWROUTE that answers {@link lookupRoute}. */
export function decodeFoundRoute(body: Buffer): FoundRoute {
  const attributes = parseAttributes(body, 12);
  return { type: types.get(body[7]!) ?? 'other', index: attributes.number(RTA.OIF) };
}
