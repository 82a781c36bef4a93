/** Shapes of the CNI specification 0.3.1 to 1.1.0 as far as a chained plugin touches them. */

/** One network namespace's end of an interface, or a host interface when `sandbox` is absent. */
export interface CniInterface {
  name: string;
  mac?: string;
  mtu?: number;
  sandbox?: string;
}

export interface CniIp {
  /** With prefix length: `192.0.2.2/24`. */
  address: string;
  gateway?: string;
  /** Index into `interfaces`. */
  interface?: number;
  /** Only up to specification 0.4.0: `4` or `6`, as text. */
  version?: string;
}

export interface CniRoute {
  /** With prefix length. */
  dst: string;
  gw?: string;
  /** From specification 1.1.0 on. */
  table?: number;
}

export interface CniResult {
  cniVersion?: string;
  interfaces?: CniInterface[];
  ips?: CniIp[];
  routes?: unknown[];
  dns?: unknown;
}

/** Our entry of the conflist as the runtime hands it over on stdin. */
export interface NetConf {
  cniVersion?: string;
  name?: string;
  type?: string;
  /** Path of the agent's unix socket; default {@link defaultAgentSocket} of protocol.ts. */
  agentSocket?: string;
  /** Seconds for a whole call, waiting and retrying included; default 20. */
  timeoutSeconds?: number;
  /** STATUS reports the agent's own state instead of what ordinary pods need. */
  strictStatus?: boolean;
  /** Without a chain (a Multus delegate, cnitool): the one VRF to attach to. */
  vrf?: string;
  /** Without a chain: a CNI IPAM plugin to ask for addresses. */
  ipam?: { type?: string };
  args?: { cni?: Record<string, unknown> };
  runtimeConfig?: Record<string, unknown>;
  prevResult?: CniResult;
  /** GC only: what is to stay. */
  [validAttachmentsKey]?: { containerID: string; ifname: string }[];
}

/** Key of a GC's configuration under which the runtime lists the attachments that exist (SPEC 1.1.0, "GC"). */
export const validAttachmentsKey = 'cni.dev/valid-attachments';

/** Specification versions this plugin speaks. */
export const supportedVersions = ['0.3.1', '0.4.0', '1.0.0', '1.1.0'] as const;

/** Key of `runtimeConfig` under which containerd and CRI-O hand over all annotations of a pod. */
export const podAnnotationsCapability = 'io.kubernetes.cri.pod-annotations';

/** The one annotation a pod's author writes. */
export const attachAnnotation = 'multivrf.dev/attach';
