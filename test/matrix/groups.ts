/** Multicast groups and broadcast addresses that somebody on a node or in a network listens to, and frames to them. Pure. */
import { toBytes } from '../../common/addresses.ts';
import { type Ends, ip, mark } from './frames.ts';
import type { Family } from './sockets.ts';

export interface Group {
  name: string;
  address: string;
  /** What is usually sent there: a port of UDP, or a protocol of its own. */
  port?: number;
  protocol?: number;
}

/** Protocol numbers (IANA) that have neither ports nor identifiers. */
export const portless = { igmp: 2, ospf: 89, vrrp: 112 } as const;

export const groups: readonly Group[] = [
  { name: 'OSPF', address: '224.0.0.5', protocol: portless.ospf },
  { name: 'VRRP', address: '224.0.0.18', protocol: portless.vrrp },
  { name: 'mDNS', address: '224.0.0.251', port: 5353 },
  { name: 'an administratively scoped group', address: '239.1.1.1', port: 5000 },
  { name: 'OSPF', address: 'ff02::5', protocol: portless.ospf },
  { name: 'VRRP', address: 'ff02::12', protocol: portless.vrrp },
  { name: 'mDNS', address: 'ff02::fb', port: 5353 },
  { name: 'DHCPv6 servers', address: 'ff02::1:2', port: 547 },
  { name: 'all nodes of the site', address: 'ff05::1', port: 5000 },
];

/** Of the cluster's network, the node's, and the VRF's. */
export const broadcasts: readonly Group[] = [
  { name: "the cluster's broadcast", address: '10.88.255.255', port: 5000 },
  { name: "the node's broadcast", address: '10.0.0.255', port: 5000 },
  { name: "the VRF's broadcast", address: '192.0.2.255', port: 5000 },
];

export const familyOf = ({ address }: Group): Family => (address.includes(':') ? 6 : 4);

/** The MAC that goes with a group (RFC 1112 section 6.4, RFC 2464 section 7), or that of broadcast. */
export function macOf({ address }: Group): string {
  const bytes = toBytes(address);
  const mac =
    bytes.length === 16
      ? [0x33, 0x33, ...bytes.subarray(12)]
      : (bytes[0]! & 0xf0) === 0xe0
        ? [0x01, 0x00, 0x5e, bytes[1]! & 0x7f, bytes[2]!, bytes[3]!]
        : Array<number>(6).fill(0xff);
  return mac.map((octet) => octet.toString(16).padStart(2, '0')).join(':');
}

const number = (token: number) => Buffer.concat([mark, Buffer.from([token >> 8, token & 0xff])]);

/** A packet of a protocol without ports, whose last bytes are the number of the probe. */
export function withoutPorts(ends: Ends, protocol: number, token: number): Buffer {
  return ip(ends, protocol, Buffer.concat([Buffer.alloc(14), number(token)]), 2, 1);
}

/** IGMPv2, RFC 2236: `query` asks who is a member, `report` tells. */
export function igmp(ends: Ends, kind: 'query' | 'report', token: number): Buffer {
  const message = Buffer.from([{ query: 0x11, report: 0x16 }[kind], 10, 0, 0, ...toBytes(ends.destination)]);
  return ip(ends, portless.igmp, Buffer.concat([message, Buffer.alloc(6), number(token)]), 2, 1);
}

/** MLD, RFC 2710 and 3810, behind a hop-by-hop header with the router alert. */
export function mld(ends: Ends, kind: 'query' | 'report', token: number): Buffer {
  const message = Buffer.concat([Buffer.from([{ query: 130, report: 143 }[kind], 0]), Buffer.alloc(22), number(token)]);
  return ip(ends, 0, Buffer.concat([Buffer.from([58, 0, 5, 2, 0, 0, 1, 0]), message]), 10, 1);
}
