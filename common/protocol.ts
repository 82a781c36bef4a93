/**
 * What plugin and agent say to each other over the agent's unix socket (SOCK_STREAM): the plugin
 * sends one line of JSON (a {@link Request}), with one descriptor attached to its first byte by
 * SCM_RIGHTS when the verb is ADD or CHECK (of multivrfctl: VERIFY): a netlink route socket opened inside the pod's namespace. The
 * agent answers with one line of JSON (a {@link Reply}) and closes.
 */
import type { CniInterface, CniIp, CniResult, CniRoute } from './cni.ts';
import type { CniErrorBody } from './errors.ts';

/** Path of the unix socket when nothing is configured. */
export const defaultAgentSocket = '/run/multivrf/agent.sock';

/** Raised when the two sides no longer understand each other. */
export const protocolVersion = 1;

/** Longest line either side accepts, in bytes. */
export const maxFrame = 1024 * 1024;

interface Head {
  protocol: typeof protocolVersion;
  /** The network's name in the conflist. */
  network: string;
  /** Milliseconds, from sending on, that the agent has. A little later the plugin has given up and nobody reads an answer. */
  timeout: number;
}

interface PodRequest extends Head {
  /** CNI_CONTAINERID */
  containerId: string;
  /** CNI_IFNAME: the interface of the primary plugin in whose chain we run, or our own one without a chain. */
  ifname: string;
  /** CNI_NETNS; empty on a DEL whose namespace is gone. */
  netns: string;
  /** CNI_ARGS as it came: `K8S_POD_NAMESPACE=…;K8S_POD_NAME=…`. */
  args: string;
  /**
   * True when a netlink socket of the pod's namespace comes with the request. False (a DEL, or the pkg
   * build, which has no FFI): the agent enters `netns` by itself where it has to.
   */
  hasSocket: boolean;
}

export interface AddRequest extends PodRequest {
  verb: 'ADD';
  /** Value of the annotation, or what the configuration of a plugin without a chain comes to in the same syntax. */
  attach: string;
}

/** Also the content of a note in the spool directory: what a DEL wanted while the agent was away. */
export interface DelRequest extends PodRequest {
  verb: 'DEL';
}

export interface CheckRequest extends PodRequest {
  verb: 'CHECK';
  attach: string;
  /** What the runtime remembers of the ADD, with our attachments among the others'. */
  prevResult: CniResult;
}

export interface GcRequest extends Head {
  verb: 'GC';
  /** `cni.dev/valid-attachments`: whatever else we have in this network goes. */
  valid: { containerId: string; ifname: string }[];
}

interface StatusRequest extends Head {
  verb: 'STATUS';
}

/** multivrfctl: what is attached on this node. The head's network is of no use and empty. */
interface ListRequest extends Head {
  verb: 'LIST';
}

/** multivrfctl: whether one attachment is isolated. */
export interface VerifyRequest extends Head {
  verb: 'VERIFY';
  containerId: string;
  /** Of the attachment: `net1`. */
  interface: string;
  /** Whether a netlink socket of the pod's namespace comes with the request. Without one nothing is said about the pod's side. */
  hasSocket: boolean;
}

export type Request = AddRequest | DelRequest | CheckRequest | GcRequest | StatusRequest | ListRequest | VerifyRequest;

/** The directory of notes beside the agent's socket. */
export function spoolDirectory(agentSocket: string): string {
  return `${agentSocket.slice(0, agentSocket.lastIndexOf('/'))}/spool`;
}

/** File name of a DEL's note: one for each attachment point, so that repeated DELs leave one note. */
export function noteName({
  network,
  containerId,
  ifname,
}: Pick<DelRequest, 'network' | 'containerId' | 'ifname'>): string {
  return `${[network, containerId, ifname].map(encodeURIComponent).join(',')}.json`;
}

/** A file below /proc/sys that only a process inside the pod's namespace can write. */
export interface SysctlWrite {
  /** Relative to /proc/sys, with slashes: `net/ipv4/ip_forward`. */
  path: string;
  value: string;
}

/** The attachments made, as additions to prevResult; `ips[].interface` counts from 0 within this reply. */
export interface AddReply {
  interfaces: CniInterface[];
  ips: CniIp[];
  /** All of them in tables of their own; to be reported only where the specification knows `table` (1.1.0). */
  routes: CniRoute[];
  /** To be written by the plugin, which still is inside the pod's namespace, in this order. */
  sysctls: SysctlWrite[];
}

/** One attachment, as LIST tells of it. */
export interface ListedAttachment {
  /** Kubernetes namespace and name of the pod; both empty outside Kubernetes. */
  namespace: string;
  pod: string;
  containerId: string;
  /** Name of the network in whose chain it was made. */
  network: string;
  vrf: string;
  mode: 'bridge' | 'routed';
  backend: 'device' | 'namespace';
  /** How the pod's side is made. */
  podSide: 'device' | 'rules';
  interface: string;
  /** With prefix length. */
  addresses: readonly string[];
  mac: string;
  hostEnd: string;
  /** Path of the pod's namespace; empty where it was not recorded. */
  netns: string;
  state: 'attached' | 'degraded';
  /** Why it is degraded. */
  reason?: string;
  /**
   * Packets dropped by the filters of its host end since it was made, in both directions together: the kernel keeps one
   * counter for them. Absent when the host end is gone.
   */
  drops?: number;
  /** What its filters let pass, in words. */
  filters: readonly { filter: string; passes: readonly string[] }[];
}

/** One statement about an attachment's isolation. */
export interface EvidenceStatement {
  /** `from customer-a, node address 10.0.0.5: unreachable` */
  text: string;
  /** `unknown`: it could not be asked for, which proves nothing. */
  verdict: 'holds' | 'broken' | 'unknown';
  /** Why it does not hold. */
  reason?: string;
}

export type Reply =
  | {
      ok: true;
      result?: AddReply;
      attachments?: readonly ListedAttachment[];
      statements?: readonly EvidenceStatement[];
    }
  | { ok: false; error: CniErrorBody };
