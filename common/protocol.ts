/**
 * What plugin and agent say to each other over the agent's unix socket (SOCK_STREAM): the plugin
 * sends one line of JSON (a {@link Request}), with one descriptor attached to its first byte by
 * SCM_RIGHTS when the verb is ADD or CHECK: a netlink route socket opened inside the pod's namespace. The
 * agent answers with one line of JSON (a {@link Reply}) and closes.
 */
import type { CniInterface, CniIp, CniResult, CniRoute } from './cni.ts';
import type { CniErrorBody } from './errors.ts';

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

export type Request = AddRequest | DelRequest | CheckRequest | GcRequest | StatusRequest;

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

export type Reply = { ok: true; result?: AddReply } | { ok: false; error: CniErrorBody };
