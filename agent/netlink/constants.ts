/** Numbers of the kernel's user API, each block named after its header. */

/** linux/netlink.h */
export const NLM_F = {
  REQUEST: 0x1,
  ACK: 0x4,
  ECHO: 0x8,
  DUMP_INTR: 0x10,
  REPLACE: 0x100,
  DUMP: 0x300,
  EXCL: 0x200,
  CREATE: 0x400,
} as const;
export const NLMSG = { ERROR: 2, DONE: 3 } as const;
export const NLMSGERR_ATTR_MSG = 1;
export const SOL_NETLINK = 270;
export const NETLINK = { CAP_ACK: 10, EXT_ACK: 11, GET_STRICT_CHK: 12 } as const;

/** linux/rtnetlink.h */
export const RTM = {
  NEWLINK: 16,
  DELLINK: 17,
  GETLINK: 18,
  NEWADDR: 20,
  DELADDR: 21,
  GETADDR: 22,
  NEWROUTE: 24,
  DELROUTE: 25,
  GETROUTE: 26,
  NEWNEIGH: 28,
  DELNEIGH: 29,
  GETNEIGH: 30,
  NEWRULE: 32,
  DELRULE: 33,
  GETRULE: 34,
  NEWQDISC: 36,
  DELQDISC: 37,
  GETQDISC: 38,
  NEWTFILTER: 44,
  DELTFILTER: 45,
  GETTFILTER: 46,
} as const;
export const RTMGRP_LINK = 1;
export const RTEXT_FILTER_SKIP_STATS = 8;
export const RTA = { DST: 1, SRC: 2, IIF: 3, OIF: 4, GATEWAY: 5, PRIORITY: 6, PREFSRC: 7, TABLE: 15, VIA: 18 } as const;
export const RTN = { UNICAST: 1, LOCAL: 2, MULTICAST: 5, BLACKHOLE: 6, UNREACHABLE: 7, PROHIBIT: 8 } as const;
export const RTM_F_LOOKUP_TABLE = 0x1000;
export const RTNH_F_ONLINK = 4;
/** Who made a route or rule: `kernel` is spared by systemd-networkd, which removes foreign ones. */
/** `MULTIVRF` is our own: "m", which nobody has taken in linux/rtnetlink.h or iproute2's rt_protos. */
export const RTPROT = { KERNEL: 2, STATIC: 4, MULTIVRF: 109 } as const;
export const RT_SCOPE = { UNIVERSE: 0, LINK: 253, HOST: 254 } as const;
export const RT_TABLE = { LOCAL: 255 } as const;

/** linux/if_link.h, linux/if.h */
export const IFLA = {
  ADDRESS: 1,
  IFNAME: 3,
  MTU: 4,
  LINK: 5,
  MASTER: 10,
  LINKINFO: 18,
  NET_NS_FD: 28,
  IFALIAS: 20,
  AF_SPEC: 26,
  GROUP: 27,
  EXT_MASK: 29,
  NUM_TX_QUEUES: 31,
  NUM_RX_QUEUES: 32,
} as const;
/**
 * IFLA_GROUP of links that we create. A link cannot be born with an alias, but into a group: whatever happens before it
 * gets its alias, it is known to be ours. The upper half is for no other use, see the delete queue.
 */
export const birthGroup = 0x6d77_0000;
export const IFLA_INFO = { KIND: 1, DATA: 2, SLAVE_KIND: 4, SLAVE_DATA: 5 } as const;
export const VETH_INFO_PEER = 1;
export const IFLA_VRF_TABLE = 1;
export const IFLA_VLAN_ID = 1;
export const IFLA_BR = { FORWARD_DELAY: 1, MCAST_SNOOPING: 23 } as const;
export const IFLA_BRPORT = { LEARNING: 8, UNICAST_FLOOD: 9, MCAST_FLOOD: 27, BCAST_FLOOD: 30 } as const;
export const IFLA_INET_CONF = 1;
export const IFLA_INET6_ADDR_GEN_MODE = 8;
export const ADDR_GEN_MODE = { eui64: 0, none: 1 } as const;
export const IFF = { UP: 1 } as const;

/** linux/ip.h: indexes of `net.ipv4.conf.*`. */
export const IPV4_DEVCONF = { FORWARDING: 1, RP_FILTER: 8, ARP_IGNORE: 19, ARP_NOTIFY: 22 } as const;

/** linux/if_addr.h */
export const IFA = { ADDRESS: 1, LOCAL: 2, FLAGS: 8 } as const;
export const IFA_F = { NODAD: 0x02, NOPREFIXROUTE: 0x200 } as const;

/** linux/neighbour.h */
export const NDA = { DST: 1, LLADDR: 2, IFINDEX: 8 } as const;
export const NUD_NOARP = 0x40;
export const NTF = { MASTER: 0x04, STICKY: 0x40 } as const;

/** linux/fib_rules.h */
export const FRA = {
  DST: 1,
  SRC: 2,
  IIFNAME: 3,
  PRIORITY: 6,
  FWMARK: 10,
  TUN_ID: 12,
  TABLE: 15,
  OIFNAME: 17,
  L3MDEV: 19,
  UID_RANGE: 20,
  PROTOCOL: 21,
  IP_PROTO: 22,
  SPORT_RANGE: 23,
  DPORT_RANGE: 24,
  DSCP: 25,
  FLOWLABEL: 26,
} as const;
export const FR_ACT = { LOOKUP: 1, BLACKHOLE: 6, UNREACHABLE: 7 } as const;
export const FIB_RULE_INVERT = 2;

/** linux/pkt_sched.h, linux/pkt_cls.h */
export const TCA = { KIND: 1, OPTIONS: 2, STATS2: 7 } as const;
/** linux/gen_stats.h */
export const TCA_STATS_QUEUE = 3;
export const TC_H_CLSACT = 0xfffffff1;
export const TC_H_CLSACT_HANDLE = 0xffff0000;
export const TC_H_MIN_INGRESS = 0xfffffff2;
export const TC_H_MIN_EGRESS = 0xfffffff3;
export const TCA_BPF = { ACT: 1, OPS_LEN: 4, OPS: 5, FLAGS: 8 } as const;
export const TCA_BPF_FLAG_ACT_DIRECT = 1;
/** Of one action in a list of them (linux/pkt_cls.h). */
export const TCA_ACT = { KIND: 1, OPTIONS: 2 } as const;
export const TC_ACT_STOLEN = 4;
/** linux/tc_act/tc_mirred.h. */
export const TCA_MIRRED_PARMS = 2;
export const TCA_EGRESS_REDIR = 1;
export const ETH_P_ALL = 0x0003;

export const AF = { UNSPEC: 0, INET: 2, BRIDGE: 7, INET6: 10 } as const;
