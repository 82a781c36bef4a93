/**
 * What plugin and agent say to each other over the agent's unix socket (SOCK_STREAM): the plugin
 * sends one line of JSON (a {@link Request}), with one descriptor attached to its first byte by
 * SCM_RIGHTS when the verb is ADD: a netlink route socket opened inside the pod's namespace. The
 * agent answers with one line of JSON (a {@link Reply}) and closes.
 */
import type { CniInterface, CniIp } from './cni.ts';
import type { CniErrorBody } from './errors.ts';

export const defaultAgentSocket = '/run/multivrf/agent.sock';

/** Raised when the two sides no longer understand each other. */
export const protocolVersion = 1;

/** Longest line either side accepts, in bytes. */
export const maxFrame = 1024 * 1024;

export interface Request {
  protocol: typeof protocolVersion;
  verb: 'ADD' | 'DEL';
  /** CNI_CONTAINERID */
  containerId: string;
  /** CNI_IFNAME: the interface of the primary plugin in whose chain we run. */
  ifname: string;
  /** CNI_NETNS; empty on a DEL whose namespace is gone. */
  netns: string;
  /** CNI_ARGS as it came: `K8S_POD_NAMESPACE=…;K8S_POD_NAME=…`. */
  args: string;
  /** The network's name in the conflist. */
  network: string;
  /** Value of the annotation; absent on a DEL that came without annotations. */
  attach?: string;
  /**
   * True when a netlink socket of the pod's namespace comes with the request. False (the pkg
   * build, which has no FFI): the agent enters `netns` by itself.
   */
  hasSocket: boolean;
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
  /** To be written by the plugin, which still is inside the pod's namespace, in this order. */
  sysctls: SysctlWrite[];
}

export type Reply = { ok: true; result?: AddReply } | { ok: false; error: CniErrorBody };
