/** What the planners are told: a VRF as this node realises it, and one pod's attachment to it. */
import type { Expose } from '../api/vrf.ts';
import type { Place } from './kernel-object.ts';

/** Metric of the routes that end a look-up that misses: below any a user could set (kernel Documentation/networking/vrf.rst). */
export const lastResortMetric = 4278198272;

/** Table `main`, which in a namespace of its own is the VRF's. */
const mainTable = 254;

/** The gateway of pods in routed mode, on every host end. */
export const gateway4 = '169.254.1.1';
export const gateway6 = 'fe80::1';

export interface NodeUplink {
  /** The interface the operator named. */
  interface: string;
  /** Set when a VLAN device on it is made and owned by us. */
  vlan?: number;
  /** With prefix length; the node's own addresses inside the VRF, routed mode only. */
  addresses: readonly string[];
}

export interface NodeVrf {
  name: string;
  mode: 'bridge' | 'routed';
  backend: 'device' | 'namespace';
  /** Routing table on the node; of no use in a bridge or a namespace. */
  table: number;
  mtu: number;
  uplink?: NodeUplink;
  /** The prefixes pods may have addresses of: what a routed uplink lets through. */
  podPrefixes: readonly string[];
  /** The node's own way to the networks behind the customer's routers on the uplink, routed mode only. */
  routes: readonly { to: string; via: string }[];
}

/** How the pod's side is realised: a VRF device, or policy rules where the kernel has none. */
export type PodSide = { kind: 'device'; table: number } | { kind: 'rules'; input: number; output: number };

export interface Attachment {
  vrf: NodeVrf;
  /** Name of the host end. */
  hostEnd: string;
  /** Name of the pod end. */
  interface: string;
  /** The pod's interface in the cluster network (CNI_IFNAME). */
  primary: string;
  mac: string;
  /** Our mark, put on everything that belongs to this attachment. */
  alias: string;
  /** With prefix length. */
  addresses: readonly string[];
  /** Canonical prefixes of families it has addresses of; in bridge mode each with its next hop. */
  routes: readonly { to: string; via?: string }[];
  expose: readonly Expose[];
  /** `any`: sockets that are bound to nothing serve the customer as well. Absent: only bound ones do, where there is a VRF device. */
  accept?: 'any';
  pod: PodSide;
}

/** Where the VRF's links live on the node. */
export function vrfPlace(vrf: Pick<NodeVrf, 'name' | 'backend'>): Place {
  return vrf.backend === 'device' ? 'node' : `vrf/${vrf.name}`;
}

/** The table of the VRF's routes in its place. */
export function vrfTable(vrf: NodeVrf): number {
  return vrf.backend === 'device' ? vrf.table : mainTable;
}

/** The name that containerd and CRI-O give to a pod's interface in the cluster. */
const usual = 'eth0';

/**
 * The pod's interface in the cluster network. As a delegate the plugin is told its own interface's name instead; undefined
 * when the VRF has the only one.
 */
export function clusterInterface({
  primary,
  interface: own,
}: Pick<Attachment, 'primary' | 'interface'>): string | undefined {
  if (primary !== own) return primary;
  return own === usual ? undefined : usual;
}
