/** One attachment inside the pod. The main table and the primary interface are never touched. */
import type { Attachment } from './desired.ts';
import type { KernelObject } from './kernel-object.ts';
import { podRules } from './pod-rules.ts';
import { podVrfDevice } from './pod-vrf-device.ts';

/** The pod's side, in the order in which it is made; the pod end exists already, as the veth's peer. */
export function podSide(attachment: Attachment): KernelObject[] {
  const { pod } = attachment;
  const inside = pod.kind === 'device' ? podVrfDevice(attachment, pod.table) : podRules(attachment, pod);
  return [...inside, ...podSysctls(attachment)];
}

/** What only a process inside can write. */
function podSysctls({ interface: dev, pod, accept }: Attachment): KernelObject[] {
  const l3mdevAccept = accept === 'any' ? '1' : '0';
  const sysctl = (path: string, value: string): KernelObject => ({ object: 'sysctl', in: 'pod', path, value });
  return [
    // Inherited from the node, where it usually is 1: the customer could route through the pod to the cluster.
    sysctl('net/ipv4/ip_forward', '0'),
    sysctl('net/ipv6/conf/all/forwarding', '0'),
    // A router advertisement of the customer's would install a default route and an address.
    sysctl(`net/ipv6/conf/${dev}/accept_ra`, '0'),
    sysctl(`net/ipv6/conf/${dev}/ndisc_notify`, '1'),
    // With 1 every wildcard listener of the pod is open to the customer.
    ...(pod.kind === 'device'
      ? [sysctl('net/ipv4/tcp_l3mdev_accept', l3mdevAccept), sysctl('net/ipv4/udp_l3mdev_accept', l3mdevAccept)]
      : []),
  ];
}
