/** Links on the wire (linux/if_link.h; man 7 rtnetlink). */
import { macBytes } from '../../../common/macs.ts';
import type { Link, LinkSettings } from '../../plan/kernel-object.ts';
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
  NLM_F,
  RTEXT_FILTER_SKIP_STATS,
  RTM,
  VETH_INFO_PEER,
} from '../constants.ts';
import { type Attribute, type Message, u8, u16 } from '../message.ts';

/** struct ifinfomsg: u8 family, u8 pad, u16 type, i32 index, u32 flags, u32 change mask. */
function ifinfomsg(index = 0, flags = 0, change = 0): number[] {
  return [AF.UNSPEC, index, flags, change];
}

/** What only the executor knows: indexes and descriptors of the namespaces at hand. */
export interface LinkContext {
  master?: number;
  parent?: number;
  /** The namespace of a veth's peer, or the one a VLAN device is born into when its parent is elsewhere. */
  netns?: number;
}

/**
 * Without being told the kernel gives each end a queue for every CPU (drivers/net/veth.c), uses one, and pays for the
 * rest: directories in sysfs, and an RCU grace period to take them back. More than one serves XDP only.
 */
const oneQueue: Attribute[] = [
  [IFLA.NUM_TX_QUEUES, 1],
  [IFLA.NUM_RX_QUEUES, 1],
];

function vethPeer({ peer }: Extract<Link, { kind: 'veth' }>, netns: number | undefined): Attribute {
  const attributes: Attribute[] = [[IFLA.IFNAME, peer.name], [IFLA.ADDRESS, macBytes(peer.mac)], ...oneQueue];
  if (peer.mtu !== undefined) attributes.push([IFLA.MTU, peer.mtu]);
  // The peer is born in its namespace: moving it there afterwards costs two RCU grace periods.
  if (netns !== undefined) attributes.push([IFLA.NET_NS_FD, netns]);
  return [VETH_INFO_PEER, { header: ifinfomsg(), attributes }];
}

function kindData(link: Link, context: LinkContext): Attribute[] {
  switch (link.kind) {
    case 'bridge':
      return [];
    case 'vrf':
      return [[IFLA_VRF_TABLE, link.table]];
    case 'vlan':
      return [[IFLA_VLAN_ID, u16(link.id)]];
    case 'veth':
      return [vethPeer(link, context.netns)];
  }
}

/** Creates a link, down; the ECHO reply carries its index, and a veth's peer index in IFLA_LINK. */
export function createLink(link: Link, context: LinkContext): Message {
  const attributes: Attribute[] = [
    [IFLA.IFNAME, link.name],
    [IFLA.GROUP, birthGroup],
  ];
  if (link.kind === 'veth') {
    attributes.push(...oneQueue);
    if (link.mtu !== undefined) attributes.push([IFLA.MTU, link.mtu]);
  }
  if (context.master !== undefined) attributes.push([IFLA.MASTER, context.master]);
  if (context.parent !== undefined) attributes.push([IFLA.LINK, context.parent]);
  if (link.kind === 'vlan' && context.netns !== undefined) attributes.push([IFLA.NET_NS_FD, context.netns]);
  const info: Attribute[] = [[IFLA_INFO.KIND, link.kind]];
  const data = kindData(link, context);
  if (data.length > 0) info.push([IFLA_INFO.DATA, data]);
  attributes.push([IFLA.LINKINFO, info]);
  return { type: RTM.NEWLINK, flags: NLM_F.CREATE | NLM_F.EXCL | NLM_F.ECHO, header: ifinfomsg(), attributes };
}

/** Blocks for 12 to 28 ms in rcu_barrier: several go by {@link deleteLinkGroup}. */
export function deleteLink(index: number): Message {
  return { type: RTM.DELLINK, flags: 0, header: ifinfomsg(index), attributes: [] };
}

/** Deletes every link of a group with one wait for RCU instead of one each. */
export function deleteLinkGroup(group: number): Message {
  return { type: RTM.DELLINK, flags: 0, header: ifinfomsg(), attributes: [[IFLA.GROUP, group]] };
}

/** Makes a link one of those that {@link deleteLinkGroup} deletes together. */
export function setLinkGroup(index: number, group: number): Message {
  return { type: RTM.NEWLINK, flags: 0, header: ifinfomsg(index), attributes: [[IFLA.GROUP, group]] };
}

/** Moves a link into the namespace behind a descriptor. */
export function moveLink(index: number, netns: number, up = false): Message {
  const header = up ? ifinfomsg(index, IFF.UP, IFF.UP) : ifinfomsg(index);
  return { type: RTM.NEWLINK, flags: 0, header, attributes: [[IFLA.NET_NS_FD, netns]] };
}

/** Adding up every counter of every processor is most of what a look at a link costs. */
const withoutStatistics: Attribute = [IFLA.EXT_MASK, RTEXT_FILTER_SKIP_STATS];

/** One link by index or name. */
export function getLink(which: { index: number } | { name: string }): Message {
  return {
    type: RTM.GETLINK,
    flags: 0,
    header: ifinfomsg('index' in which ? which.index : 0),
    attributes: 'name' in which ? [[IFLA.IFNAME, which.name], withoutStatistics] : [withoutStatistics],
  };
}

/** All links of a namespace. */
export function dumpLinks(): Message {
  return { type: RTM.GETLINK, flags: NLM_F.DUMP, header: ifinfomsg(), attributes: [withoutStatistics] };
}

function addressFamilies(settings: LinkSettings): Attribute[] {
  const families: Attribute[] = [];
  if (settings.ipv4) {
    const { forwarding, rpFilter, arpNotify, arpIgnore } = settings.ipv4;
    const given: Attribute[] = [];
    const give = (index: number, value: number | undefined) => {
      if (value !== undefined) given.push([index, value]);
    };
    give(IPV4_DEVCONF.FORWARDING, forwarding);
    give(IPV4_DEVCONF.RP_FILTER, rpFilter);
    give(IPV4_DEVCONF.ARP_NOTIFY, arpNotify);
    give(IPV4_DEVCONF.ARP_IGNORE, arpIgnore);
    families.push([AF.INET, [[IFLA_INET_CONF, given]]]);
  }
  if (settings.addrGenMode) {
    families.push([AF.INET6, [[IFLA_INET6_ADDR_GEN_MODE, u8(ADDR_GEN_MODE[settings.addrGenMode])]]]);
  }
  return families;
}

function linkInfo({ bridge, bridgePort }: LinkSettings): Attribute[] {
  if (bridge) {
    const data: Attribute[] = [
      [IFLA_BR.FORWARD_DELAY, bridge.forwardDelay],
      [IFLA_BR.MCAST_SNOOPING, u8(Number(bridge.multicastSnooping))],
    ];
    return [
      [IFLA_INFO.KIND, 'bridge'],
      [IFLA_INFO.DATA, data],
    ];
  }
  if (bridgePort) {
    const data: Attribute[] = [
      [IFLA_BRPORT.LEARNING, u8(Number(bridgePort.learning))],
      [IFLA_BRPORT.UNICAST_FLOOD, u8(Number(bridgePort.flood))],
      [IFLA_BRPORT.MCAST_FLOOD, u8(Number(bridgePort.multicastFlood))],
      [IFLA_BRPORT.BCAST_FLOOD, u8(Number(bridgePort.broadcastFlood))],
    ];
    return [[IFLA_INFO.SLAVE_DATA, data]];
  }
  return [];
}

/** Changes an existing link. `master` is the index of the one named in the settings, 0 for none. */
export function setLink(index: number, settings: LinkSettings, master?: number): Message {
  const attributes: Attribute[] = [];
  if (settings.alias !== undefined) attributes.push([IFLA.IFALIAS, Buffer.from(settings.alias, 'utf8')]);
  if (settings.mtu !== undefined) attributes.push([IFLA.MTU, settings.mtu]);
  if (settings.mac !== undefined) attributes.push([IFLA.ADDRESS, macBytes(settings.mac)]);
  if (master !== undefined) attributes.push([IFLA.MASTER, master]);
  const families = addressFamilies(settings);
  if (families.length > 0) attributes.push([IFLA.AF_SPEC, families]);
  const info = linkInfo(settings);
  if (info.length > 0) attributes.push([IFLA.LINKINFO, info]);
  const change = settings.up === undefined ? 0 : IFF.UP;
  return { type: RTM.NEWLINK, flags: 0, header: ifinfomsg(index, settings.up ? IFF.UP : 0, change), attributes };
}
