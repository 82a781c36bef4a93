/** What the matrix's scene is made of before there is a pod: the node in its network, customers on cables, their VRFs. */
import type { VrfSpec } from '../support/agent.ts';
import type { Combination } from '../support/combinations.ts';
import { type Customer, connectCustomer } from '../support/customer.ts';
import type { Lab } from '../support/lab.ts';
import type { Netns } from '../support/netns.ts';
import { fabric, nodeAddresses, podMtu, ports, uplink, type Vlans } from './world.ts';

/** The routers' addresses on their cables: both customers have the same. */
export const routers = {
  bridge: { 4: '192.0.2.1', 6: '2001:db8::1' },
  routed: { 4: '198.51.100.1', 6: '2001:db8:1::1' },
} as const;
/** Behind each router: what no other customer has. */
export const behind = {
  a: { 4: '203.0.113.1', 6: '2001:db8:a::1' },
  b: { 4: '203.0.113.2', 6: '2001:db8:b::1' },
} as const;
/** Addresses of the pods in VRFs. */
export const inVrf = {
  'speaker-0': { 4: '192.0.2.10', 6: '2001:db8::10' },
  peer: { 4: '192.0.2.11', 6: '2001:db8::11' },
  'speaker-b': { 4: '192.0.2.77', 6: '2001:db8::77' },
} as const;

/** `spec` of a VRF over an uplink, the same for both customers. */
export function spec({ mode, backend, pod }: Combination, interface_: string, vlan?: number): VrfSpec {
  const router = routers[mode];
  const [bridged, routed] = [mode === 'bridge', mode === 'routed'];
  const pool = (subnet: string, gateway: string) => ({ subnet, ...(bridged ? { gateway } : {}) });
  const to = (prefix: string, via: string) => ({ to: prefix, ...(routed ? { via } : {}) });
  return {
    mode,
    backend,
    pod,
    // A customer's packet can be too big for the way to the pod.
    ...(routed ? { mtu: podMtu } : {}),
    uplinks: [
      {
        interface: interface_,
        ...(vlan === undefined ? {} : { vlan }),
        ...(routed ? { addresses: [`${uplink[4]}/24`, `${uplink[6]}/64`] } : {}),
      },
    ],
    addresses: { pools: [pool('192.0.2.0/24', router[4]), pool('2001:db8::/64', router[6])] },
    routes: [to('0.0.0.0/0', router[4]), to('::/0', router[6])],
    access: { namespaces: ['bgp'] },
    expose: [
      { protocol: 'icmp' },
      { protocol: 'tcp', port: ports.bound },
      { protocol: 'tcp', port: ports.wildcard },
      { protocol: 'udp', port: ports.bound },
      { protocol: 'udp', port: ports.wildcard },
    ],
  };
}

/** The annotation by which a pod gets its address in a VRF; `peer` accepts any there. */
export function annotationOf(name: keyof typeof inVrf, vrf: string): string {
  const addresses = [`${inVrf[name][4]}/24`, `${inVrf[name][6]}/64`];
  return JSON.stringify([{ vrf, addresses, ...(name === 'peer' ? { accept: 'any' } : {}) }]);
}

/** Several commands of `ip` at once. */
export const batch = (netns: Netns, lines: readonly string[]) =>
  netns.run('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });

/** Sets files below /proc/sys/net, all by one process: in the test kernel they are what takes time. */
function setAll(netns: Netns, values: Record<string, number>): Promise<string> {
  const lines = Object.entries(values).map(([path, value]) => `echo ${value} >/proc/sys/net/${path}`);
  return netns.run('sh', ['-ec', lines.join('\n')]);
}

/** The network that the node itself is in: a gateway, and by it the node's default route. */
export async function connectFabric(node: Netns, outside: Netns): Promise<void> {
  const { 4: node4, 6: node6 } = nodeAddresses['node eth0'];
  await outside.run('ip', ['link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', node.realName]);
  await batch(outside, [
    'link set eth0 up',
    `address add ${fabric[4]}/24 dev eth0`,
    `address add ${fabric[6]}/64 dev eth0 nodad`,
  ]);
  await batch(node, [
    'link set eth0 up',
    `address add ${node4}/24 dev eth0`,
    `address add ${node6}/64 dev eth0 nodad`,
    `route add default via ${fabric[4]}`,
    `route add ::/0 via ${fabric[6]}`,
  ]);
  await setAll(node, { 'ipv4/ip_forward': 1, 'ipv6/conf/all/forwarding': 1 });
}

/** A customer's router, which forwards nothing, with its routes back. */
export async function connect(lab: Lab, node: Netns, { mode }: Combination, name: 'a' | 'b'): Promise<Customer> {
  const address = routers[mode];
  const dev = name === 'a' ? 'eth1' : 'eth2';
  const addresses = [`${address[4]}/24`, `${address[6]}/64`];
  const customer = await connectCustomer(lab, node, `router-${name}`, { uplink: dev, addresses });
  await equip(customer.router, mode, name);
  return customer;
}

/** Both customers' routers as VLANs on one cable, `eth1`: each has an `eth0` that tags. The third is the cable itself. */
export async function connectTrunk(
  lab: Lab,
  node: Netns,
  { mode }: Combination,
  vlans: Vlans,
): Promise<{ a: Customer; b: Customer; trunk: Netns }> {
  const trunk = await lab.namespace('trunk');
  await trunk.run('ip', ['link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth1', 'netns', node.realName]);
  await node.run('ip', ['link', 'set', 'eth1', 'up']);
  await trunk.run('ip', ['link', 'set', 'eth0', 'up']);
  const customer = async (name: 'a' | 'b'): Promise<Customer> => {
    const router = await lab.namespace(`router-${name}`);
    const vlan = ['type', 'vlan', 'id', String(vlans[name])];
    await trunk.run('ip', ['link', 'add', 'link', 'eth0', 'name', 'eth0', 'netns', router.realName, ...vlan]);
    const { 4: v4, 6: v6 } = routers[mode];
    await batch(router, ['link set eth0 up', `address add ${v4}/24 dev eth0`, `address add ${v6}/64 dev eth0 nodad`]);
    await equip(router, mode, name);
    return { router, interface: 'eth0', uplink: `eth1.${vlans[name]}` };
  };
  return { a: await customer('a'), b: await customer('b'), trunk };
}

/** What is behind a router, and its routes back. */
async function equip(router: Netns, mode: Combination['mode'], name: 'a' | 'b'): Promise<void> {
  const back = [`route add 192.0.2.0/24 via ${uplink[4]}`, `route add 2001:db8::/64 via ${uplink[6]}`];
  await batch(router, [
    `address add ${behind[name][4]}/32 dev lo`,
    `address add ${behind[name][6]}/128 dev lo`,
    ...(mode === 'routed' ? back : []),
  ]);
  await setAll(router, { 'ipv4/ip_forward': 0, 'ipv6/conf/all/forwarding': 0 });
}

/** No ICMP error is missing because there were many. */
export async function withoutIcmpLimits(netns: Netns): Promise<void> {
  await setAll(netns, {
    'ipv4/icmp_ratelimit': 0,
    'ipv6/icmp/ratelimit': 0,
    'ipv4/icmp_msgs_per_sec': 1_000_000,
    'ipv4/icmp_msgs_burst': 1_000_000,
  });
}
