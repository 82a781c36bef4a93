/** VRFs and attachments as tests plan them. */
import type { Attachment, NodeVrf, PodSide } from './desired.ts';
import { hostEnd } from './host-end.ts';
import { freshPlace } from './kernel-model.testing.ts';
import type { KernelObject } from './kernel-object.ts';
import { alias, hostEndName, stickyMac } from './names.ts';
import { nodeVrf } from './node-vrf.ts';
import type { Observed } from './observed.ts';
import { podSide } from './pod.ts';

/** The uplink of every VRF here. */
const uplink = 'eth1';

export function vrf(mode: NodeVrf['mode'], backend: NodeVrf['backend'], rest: Partial<NodeVrf> = {}): NodeVrf {
  return {
    name: 'customer-a',
    mode,
    backend,
    table: mode === 'routed' && backend === 'device' ? 1001 : 0,
    mtu: 1500,
    uplink: { interface: uplink, addresses: mode === 'routed' ? ['192.0.2.1/24', '2001:db8::1/64'] : [] },
    routes: mode === 'routed' ? [{ to: '0.0.0.0/0', via: '192.0.2.254' }] : [],
    podPrefixes: mode === 'routed' ? ['198.51.100.0/24', '2001:db8:1::/64'] : ['192.0.2.0/24', '2001:db8::/64'],
    ...rest,
  };
}

/** The attachment `net1` of pod bgp/speaker-0, dual-stack. */
export function attachment(to: NodeVrf, pod: PodSide['kind'], rest: Partial<Attachment> = {}): Attachment {
  const routed = to.mode === 'routed';
  const addresses = routed ? ['198.51.100.2/32', '2001:db8:1::2/128'] : ['192.0.2.2/24', '2001:db8::2/64'];
  const via = (next: string) => (routed ? {} : { via: next });
  return {
    vrf: to,
    hostEnd: hostEndName('container-1', 'net1'),
    interface: 'net1',
    primary: 'eth0',
    mac: stickyMac(to.name, addresses[0]!),
    alias: alias({ vrf: to.name, namespace: 'bgp', pod: 'speaker-0', interface: 'net1' }),
    addresses,
    routes: [
      { to: '0.0.0.0/0', ...via('192.0.2.254') },
      { to: '::/0', ...via('2001:db8::fe') },
    ],
    expose: [{ protocol: 'tcp', port: 179 }, { protocol: 'icmp' }],
    pod: pod === 'device' ? { kind: 'device', table: 1001 } : { kind: 'rules', output: 1001, input: 1002 },
    ...rest,
  };
}

/** Everything of a pod's attachments, as ADD wants it: their VRFs, then what attachments of one pod may share once. */
export function everything(attachments: readonly Attachment[]): KernelObject[] {
  const objects = attachments.flatMap((one) => [...hostEnd(one), ...podSide(one)]);
  const unique = new Map(objects.map((object) => [JSON.stringify(object), object]));
  return [...attachments.flatMap((one) => nodeVrf(one.vrf)), ...unique.values()];
}

/** A node with its uplink and a pod with its cluster interface, untouched. */
export function untouched(...uplinks: string[]): Observed {
  return new Map([
    ['node', freshPlace(uplink, ...uplinks)],
    ['pod', freshPlace('eth0')],
  ]);
}

/** One of each way to realise a VRF, dual-stack, with one attachment. */
export const scenarios: Record<string, Attachment> = {
  'bridge, device': attachment(vrf('bridge', 'device'), 'device'),
  'bridge, namespace, VLAN': attachment(
    vrf('bridge', 'namespace', { uplink: { interface: uplink, vlan: 100, addresses: [] } }),
    'rules',
  ),
  'routed, device': attachment(vrf('routed', 'device'), 'device'),
  'routed, namespace': attachment(vrf('routed', 'namespace'), 'rules'),
};
