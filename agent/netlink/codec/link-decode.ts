/** Links as the kernel reports them. */
import { macText } from '../../../common/macs.ts';
import { mark } from '../../plan/names.ts';
import {
  ADDR_GEN_MODE,
  AF,
  birthGroup,
  IFF,
  IFLA,
  IFLA_BR,
  IFLA_BRPORT,
  IFLA_INET_CONF,
  IFLA_INET6_ADDR_GEN_MODE,
  IFLA_INFO,
  IFLA_VLAN_ID,
  IFLA_VRF_TABLE,
  IPV4_DEVCONF,
} from '../constants.ts';
import { type Attributes, parseAttributes, uint32 } from '../message.ts';

export interface ObservedLink {
  index: number;
  name: string;
  up: boolean;
  /** Of a link that we have created and not come to name, the bare mark. */
  alias: string | undefined;
  mac: string | undefined;
  mtu: number | undefined;
  /** Index of the bridge or VRF it is enslaved to, 0 for none. */
  master: number;
  /** Index of a VLAN's parent or a veth's peer (the latter in the peer's namespace). */
  link: number;
  /** `veth`, `bridge`, `vrf`, `vlan`, …; undefined for hardware and loopback. */
  kind: string | undefined;
  table: number | undefined;
  vlanId: number | undefined;
  addrGenMode: 'none' | 'eui64' | undefined;
  ipv4: { forwarding: number; rpFilter: number; arpNotify: number; arpIgnore: number } | undefined;
  bridge: { multicastSnooping: boolean; forwardDelay: number } | undefined;
  bridgePort: { learning: boolean; flood: boolean; multicastFlood: boolean; broadcastFlood: boolean } | undefined;
}

const flag = (attributes: Attributes, type: number) => attributes.byte(type) === 1;

function decodeIpv4(families: Attributes | undefined): ObservedLink['ipv4'] {
  const values = families?.nested(AF.INET)?.get(IFLA_INET_CONF);
  if (!values) return undefined;
  // An array of u32, index 1 first.
  const read = (index: number) => values.readUInt32LE((index - 1) * 4);
  return {
    forwarding: read(IPV4_DEVCONF.FORWARDING),
    rpFilter: read(IPV4_DEVCONF.RP_FILTER),
    arpNotify: read(IPV4_DEVCONF.ARP_NOTIFY),
    arpIgnore: read(IPV4_DEVCONF.ARP_IGNORE),
  };
}

function decodeAddrGenMode(families: Attributes | undefined): ObservedLink['addrGenMode'] {
  const mode = families?.nested(AF.INET6)?.byte(IFLA_INET6_ADDR_GEN_MODE);
  if (mode === undefined) return undefined;
  return mode === ADDR_GEN_MODE.none ? 'none' : 'eui64';
}

function decodeAlias(attributes: Attributes): string | undefined {
  const alias = attributes.text(IFLA.IFALIAS);
  if (alias !== undefined) return alias;
  return attributes.number(IFLA.GROUP) === birthGroup ? mark : undefined;
}

/** Decodes the body of an RTM_NEWLINK or RTM_DELLINK message. */
export function decodeLink(body: Buffer): ObservedLink {
  const attributes = parseAttributes(body, 16);
  const info = attributes.nested(IFLA.LINKINFO);
  const kind = info?.text(IFLA_INFO.KIND);
  const data = info?.nested(IFLA_INFO.DATA);
  const slave = info?.text(IFLA_INFO.SLAVE_KIND) === 'bridge' ? info.nested(IFLA_INFO.SLAVE_DATA) : undefined;
  const families = attributes.nested(IFLA.AF_SPEC);
  const mac = attributes.get(IFLA.ADDRESS);
  return {
    index: uint32(body, 4),
    name: attributes.text(IFLA.IFNAME) ?? '',
    up: (uint32(body, 8) & IFF.UP) !== 0,
    alias: decodeAlias(attributes),
    mac: mac && macText(mac),
    mtu: attributes.number(IFLA.MTU),
    master: attributes.number(IFLA.MASTER) ?? 0,
    link: attributes.number(IFLA.LINK) ?? 0,
    kind,
    table: kind === 'vrf' ? data?.number(IFLA_VRF_TABLE) : undefined,
    vlanId: kind === 'vlan' ? data?.get(IFLA_VLAN_ID)?.readUInt16LE(0) : undefined,
    addrGenMode: decodeAddrGenMode(families),
    ipv4: decodeIpv4(families),
    bridge:
      kind === 'bridge' && data
        ? {
            multicastSnooping: flag(data, IFLA_BR.MCAST_SNOOPING),
            forwardDelay: data.number(IFLA_BR.FORWARD_DELAY) ?? 0,
          }
        : undefined,
    bridgePort: slave && {
      learning: flag(slave, IFLA_BRPORT.LEARNING),
      flood: flag(slave, IFLA_BRPORT.UNICAST_FLOOD),
      multicastFlood: flag(slave, IFLA_BRPORT.MCAST_FLOOD),
      broadcastFlood: flag(slave, IFLA_BRPORT.BCAST_FLOOD),
    },
  };
}
