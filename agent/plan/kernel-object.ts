/**
 * The vocabulary of the planner: kernel objects as plain values. A desired state is an ordered list
 * of them; the order is the order in which the kernel wants them made.
 */

/**
 * The network namespace an object lives in: the agent's own (`node`), that of a VRF realised by the
 * namespace backend (`vrf/NAME`), or a pod's.
 */
export type Place = 'node' | 'pod' | `vrf/${string}`;

export type Family = 4 | 6;

/** A network namespace kept by a bind mount, marked by the alias of its loopback. */
export interface Namespace {
  object: 'namespace';
  in: Place;
  /** File name in the directory of named namespaces (`ip netns`). */
  name: string;
  alias: string;
}

/** A link that we create. Only what must be said on creation; the rest is in {@link LinkSettings}. */
export type Link = {
  object: 'link';
  in: Place;
  name: string;
} & (
  | { kind: 'veth'; mtu?: number; master?: string; peer: { in: Place; name: string; mac: string; mtu?: number } }
  | { kind: 'bridge' }
  | { kind: 'vrf'; table: number }
  /** `parentIn`: the namespace of the parent, from which the VLAN device is made. */
  | { kind: 'vlan'; parent: string; parentIn: Place; id: number }
);

/** An interface that exists already and that we move from another namespace, never create or delete. */
export interface MovedLink {
  object: 'moved-link';
  in: Place;
  name: string;
  from: Place;
  /** Set by the plan that moves it: an interface goes down on every move, and comes back as it went. Absent: up. */
  wasUp?: boolean;
}

/** Properties of a link; what is absent is left as it is. */
export interface LinkSettings {
  object: 'link-settings';
  in: Place;
  dev: string;
  /** IFLA_IFALIAS; our mark. */
  alias?: string;
  /** Name of the bridge or VRF; the empty string means none. */
  master?: string;
  mtu?: number;
  mac?: string;
  up?: boolean;
  /** How the kernel makes the link-local address (IFLA_INET6_ADDR_GEN_MODE). */
  addrGenMode?: 'none' | 'eui64';
  /** IFLA_INET_CONF: needs no write below /proc/sys. */
  ipv4?: { forwarding?: number; rpFilter?: number; arpNotify?: number; arpIgnore?: number };
  bridge?: { multicastSnooping: boolean; forwardDelay: number };
  bridgePort?: { learning: boolean; flood: boolean; multicastFlood: boolean; broadcastFlood: boolean };
}

export interface Address {
  object: 'address';
  in: Place;
  dev: string;
  /** With prefix length. */
  address: string;
  /** `link` for link-local ones. */
  scope: 'global' | 'link';
  /** The kernel adds the connected route itself: for fe80::/64, which many links share in one table. */
  prefixRoute?: boolean;
}

export interface Route {
  object: 'route';
  in: Place;
  family: Family;
  table: number;
  type: 'unicast' | 'local' | 'multicast' | 'unreachable';
  /** Prefix in canonical form: `0.0.0.0/0`, `2001:db8::/64`. */
  to: string;
  dev?: string;
  via?: string;
  /** Preferred source of packets that take it. */
  src?: string;
  metric?: number;
}

export interface Rule {
  object: 'rule';
  in: Place;
  family: Family;
  priority: number;
  action: 'lookup' | 'l3mdev' | 'unreachable' | 'blackhole';
  table?: number;
  iif?: string;
  oif?: string;
  from?: string;
  to?: string;
}

/**
 * The rule that looks up table `local`. It is moved, never left out: the new one is added before the
 * old one goes. `last` holds when nothing of the same priority follows it.
 */
export interface LocalRule {
  object: 'local-rule';
  in: Place;
  family: Family;
  priority: number;
  last: boolean;
}

/** A static entry of a bridge's forwarding database that no frame can move to another port. */
export interface FdbEntry {
  object: 'fdb';
  in: Place;
  dev: string;
  mac: string;
}

/** Classic BPF as the kernel takes it, eight bytes an instruction: u16 code, u8 jt, u8 jf, u32 k (linux/filter.h, struct sock_filter). */
export type Program = Uint8Array<ArrayBuffer>;

/**
 * The filters of one direction of an interface: cls_bpf on clsact. `allow` matches what may pass and is
 * followed by a drop of everything else; absent, everything is dropped. `divert` is asked before.
 */
export interface Filter {
  object: 'filter';
  in: Place;
  dev: string;
  direction: 'ingress' | 'egress';
  allow?: Program;
  divert?: Divert;
}

/** What `match` matches leaves by the interface `to` at once, and goes nowhere else; nothing of the kind while there is no `to`. */
export interface Divert {
  match: Program;
  to: string;
}

export interface Sysctl {
  object: 'sysctl';
  in: Place;
  /** Relative to /proc/sys, with slashes. */
  path: string;
  value: string;
}

export type KernelObject =
  | Namespace
  | Link
  | MovedLink
  | LinkSettings
  | Address
  | Route
  | Rule
  | LocalRule
  | FdbEntry
  | Filter
  | Sysctl;
