/** Our entry of a conflist, as a runtime gives it to the plugin behind a primary one. */

/** `annotations` are the pod's. */
export function chained(agentSocket: string, annotations: Readonly<Record<string, string>>) {
  return {
    cniVersion: '1.0.0',
    name: 'bench',
    type: 'multivrf',
    agentSocket,
    capabilities: { 'io.kubernetes.cri.pod-annotations': true },
    runtimeConfig: { 'io.kubernetes.cri.pod-annotations': annotations },
    prevResult: {
      cniVersion: '1.0.0',
      interfaces: [{ name: 'cni0' }, { name: 'eth0', sandbox: '/run/netns/pod' }],
      ips: [{ address: '10.88.0.5/16', interface: 1, gateway: '10.88.0.1' }],
      routes: [{ dst: '0.0.0.0/0' }],
    },
  };
}
