/** Settings below /proc/sys/net that netlink tells without a process inside (linux/netconf.h, linux/ipv6.h). */
import type { Family } from '../../plan/kernel-object.ts';
import { AF, IFLA } from '../constants.ts';
import { type Message, parseAttributes } from '../message.ts';

const RTM_GETNETCONF = 82;
const NETCONFA = { IFINDEX: 1, FORWARDING: 2 } as const;
/** NETCONFA_IFINDEX_ALL: `conf/all`, which for IPv4 forwarding is `ip_forward`. */
const all = 0xffffffff;

/** Asks for `conf/all` of a family. */
export function getNetconf(family: Family): Message {
  // struct netconfmsg: u8 family, and padding.
  const header = [family === 4 ? AF.INET : AF.INET6];
  return { type: RTM_GETNETCONF, flags: 0, header, attributes: [[NETCONFA.IFINDEX, all]] };
}

/** `forwarding` of an RTM_NEWNETCONF message; undefined where the kernel does not say it. */
export function decodeForwarding(body: Buffer): number | undefined {
  return parseAttributes(body, 4).number(NETCONFA.FORWARDING);
}

const IFLA_INET6_CONF = 2;
/** Indexes of `net.ipv6.conf.*` (enum of DEVCONF_*). */
const DEVCONF = { acceptRa: 3, ndiscNotify: 29 } as const;

/** `net.ipv6.conf.DEV` from an RTM_NEWLINK message; undefined where the link has no IPv6. */
export function decodeIpv6Conf(body: Buffer): Record<keyof typeof DEVCONF, number> | undefined {
  const values = parseAttributes(body, 16).nested(IFLA.AF_SPEC)?.nested(AF.INET6)?.get(IFLA_INET6_CONF);
  if (!values || values.length < (DEVCONF.ndiscNotify + 1) * 4) return undefined;
  return {
    acceptRa: values.readInt32LE(DEVCONF.acceptRa * 4),
    ndiscNotify: values.readInt32LE(DEVCONF.ndiscNotify * 4),
  };
}
