/** What the table of cells knows of a scene: who is there, under which addresses. Plain values. */
import type { Combination } from '../support/combinations.ts';

/** An address of each family. */
export interface Pair {
  4: string;
  6: string;
}

/** A namespace's interface that frames are sent by or to. */
export interface Port {
  /** Name of the namespace. */
  netns: string;
  dev: string;
  mac: string;
}

/** One customer's side. */
export interface Side {
  name: 'a' | 'b';
  router: Port;
  /** The router's address on the cable. */
  address: Pair;
  /** An address behind the router, which no other customer has. */
  behind: Pair;
  /** The node's end of the cable. */
  uplinkMac: string;
  pod: PodEnds;
}

/** A pod with both its interfaces. */
export interface PodEnds {
  net1: Port;
  eth0: Port;
  /** In the VRF. */
  address: Pair;
  /** In the cluster. */
  cluster: Pair;
  linkLocal: string;
  hostEndMac: string;
}

/** A cable on which frames of every tag can be sent, and the VLANs of the customers. */
export interface Trunk {
  port: Port;
  vlans: Vlans;
}

export interface Vlans {
  a: number;
  b: number;
}

/** A scene in the state of one condition. */
export interface World {
  combination: Combination;
  /** Both customers' routers have the cluster's and the node's addresses too. */
  overlap: boolean;
  sides: { a: Side; b: Side };
  /** A second pod in the VRF of customer a, whose attachment says `accept: any`. */
  peer: PodEnds;
  /** A pod without VRF. */
  ordinary: { eth0: Port; cluster: Pair };
  /** Where both customers are VLANs on one cable. */
  trunk?: Trunk;
  /** MACs of the node's other interfaces that frames can name: the cluster's bridge, the VRF's bridge or device. */
  nodeMacs: { cluster: string; vrf: string };
}

/** Addresses of the node, by what they are. */
export const nodeAddresses = {
  'node eth0': { 4: '10.0.0.5', 6: 'fd00:5::5' },
  'node cni0': { 4: '10.88.0.1', 6: 'fd88::1' },
  'node loopback': { 4: '127.0.0.1', 6: '::1' },
} as const satisfies Record<string, Pair>;

/** The node's default gateway, in the network that the node is in. */
export const fabric = { 4: '10.0.0.1', 6: 'fd00:5::1' } as const satisfies Pair;

/** The node on the uplinks of routed VRFs, and the pods' gateway there. */
export const uplink = { 4: '198.51.100.2', 6: '2001:db8:1::2' } as const satisfies Pair;
export const podGateway = { 4: '169.254.1.1', 6: 'fe80::1' } as const satisfies Pair;

/** In the pods' networks, but of nobody. */
export const noPod = { 4: '192.0.2.200', 6: '2001:db8::200' } as const satisfies Pair;

/** MTU of the pods' links in routed VRFs, and the size of a datagram that fits the uplink and not them. */
export const podMtu = 1400;
export const tooBig = 1420;

/** Ports that programs listen on. In pods `bound` is bound to net1 and `wildcard` and `closed` to nothing; only `closed` is not exposed. */
export const ports = { node: 10250, bound: 179, wildcard: 8179, closed: 8080, router: 8200 } as const;
