/** Calls of the plugin as runtimes make them: stdin and environment. */
import { attachAnnotation, podAnnotationsCapability, validAttachmentsKey } from '../../../common/cni.ts';

/** Where a scripted agent may listen, and programs be found. */
export interface Places {
  agentSocket: string;
  netns: string;
  cniPath: string;
  /** Where there is something else than a namespace, a directory of programs, or a socket. */
  odd: readonly string[];
}

/** Network configurations, parsed. */
export function configsFor({ agentSocket, netns, odd }: Places): readonly Record<string, unknown>[] {
  const prevResult = {
    cniVersion: '1.0.0',
    interfaces: [{ name: 'eth0', mac: '02:00:00:00:00:09', sandbox: netns }],
    ips: [{ address: '10.1.0.2/24', gateway: '10.1.0.1', interface: 0 }],
    routes: [{ dst: '0.0.0.0/0' }],
    dns: { search: ['cluster.local'] },
  };
  const head = { cniVersion: '1.1.0', name: 'pods', type: 'multivrf', agentSocket, timeoutSeconds: 0.2 };
  const annotations = { [attachAnnotation]: 'customer-a', 'kubernetes.io/config.source': 'api' };
  const runtimeConfig = { [podAnnotationsCapability]: annotations };
  return [
    { ...head, prevResult, runtimeConfig: { [podAnnotationsCapability]: { other: 'x' } } },
    { ...head, prevResult, capabilities: { [podAnnotationsCapability]: true }, runtimeConfig },
    { ...head, cniVersion: '0.4.0', prevResult: { ...prevResult, cniVersion: '0.4.0' }, runtimeConfig },
    { ...head, runtimeConfig: { ...runtimeConfig, ips: ['192.0.2.2/24'], mac: '02:00:00:00:00:01' } },
    { ...head, vrf: 'customer-a', ipam: { type: 'host-local' }, args: { cni: { mac: '02:00:00:00:00:01' } } },
    { ...head, vrf: 'customer-a', prevResult, args: { cni: { ips: ['192.0.2.2/24'] } } },
    { ...head, [validAttachmentsKey]: [{ containerID: 'c1', ifname: 'eth0' }] },
    { ...head, vrf: 'customer-a', ipam: { type: 'host-local' }, [validAttachmentsKey]: [] },
    { ...head, strictStatus: true },
    ...odd.map((path) => ({ ...head, prevResult, runtimeConfig, agentSocket: path })),
  ];
}

/** The variables of a call, but for CNI_COMMAND. */
export function environmentFor({ netns, cniPath }: Places): Record<string, string> {
  return {
    CNI_CONTAINERID: 'c1',
    CNI_NETNS: netns,
    CNI_IFNAME: 'eth0',
    CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAMESPACE=bgp;K8S_POD_NAME=speaker-0;IP=192.0.2.2/24;MAC=02:00:00:00:00:01',
    CNI_PATH: cniPath,
  };
}

/** What an agent answers to ADD. */
export const added = {
  ok: true,
  result: {
    interfaces: [{ name: 'net1', mac: '02:00:00:00:00:01', mtu: 1500 }],
    ips: [{ address: '192.0.2.2/24', interface: 0, gateway: '192.0.2.254' }],
    routes: [{ dst: '0.0.0.0/0', gw: '192.0.2.254', table: 1001 }],
    sysctls: [{ path: 'net/ipv4/conf/net1/rp_filter', value: '0' }],
  },
};

/** What an agent answers when it refuses. */
export const refused = {
  ok: false,
  error: { code: 100, msg: 'VRF customer-a does not exist', details: 'known are b' },
};

/** What an IPAM plugin answers. */
export const lease = {
  cniVersion: '1.1.0',
  ips: [{ address: '192.0.2.2/24', gateway: '192.0.2.254' }],
  routes: [{ dst: '0.0.0.0/0' }, { dst: '198.51.100.0/24', gw: '192.0.2.253' }],
};
