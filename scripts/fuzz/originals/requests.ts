/** Requests as the plugin sends them. */
import { protocolVersion, type Request } from '../../../common/protocol.ts';

/** One of each verb, about a pod whose namespace is at `netns`; then some whose path at `odd` leads to no namespace. */
export function requestsFor(netns: string, odd: readonly string[] = []): readonly Request[] {
  const head = { protocol: protocolVersion, network: 'cluster', timeout: 20_000 } as const;
  const args = 'IgnoreUnknown=1;K8S_POD_NAMESPACE=bgp;K8S_POD_NAME=speaker-0;K8S_POD_INFRA_CONTAINER_ID=c0';
  const pod = { ...head, containerId: 'c0', ifname: 'eth0', netns, args, hasSocket: true };
  const attach = 'customer-a';
  const list = '[{"vrf":"customer-a","interface":"bgp0","addresses":["192.0.2.20/24"]}]';
  const prevResult = {
    cniVersion: '1.0.0',
    interfaces: [{ name: 'net1', mac: '02:00:00:00:00:01', sandbox: netns }],
    ips: [{ address: '192.0.2.10/24', interface: 0, gateway: '192.0.2.1' }],
  };
  return [
    { ...pod, verb: 'ADD', attach },
    { ...pod, verb: 'ADD', containerId: 'c1', attach: list },
    { ...pod, verb: 'CHECK', attach, prevResult },
    { ...pod, verb: 'DEL', hasSocket: false },
    { ...head, verb: 'GC', valid: [{ containerId: 'c0', ifname: 'eth0' }] },
    { ...head, verb: 'STATUS' },
    { ...head, verb: 'LIST' },
    { ...head, verb: 'VERIFY', containerId: 'c0', interface: 'net1', hasSocket: true },
    { ...head, verb: 'VERIFY', containerId: 'c0', interface: 'net1', hasSocket: false },
    // The agent is to enter the namespace by itself.
    { ...pod, verb: 'ADD', attach, hasSocket: false },
    ...odd.map((path) => ({ ...pod, verb: 'ADD' as const, attach, hasSocket: false, netns: path })),
  ];
}
