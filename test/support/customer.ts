/** A customer: a router in a namespace of its own, on a cable to the node. */
import type { Lab } from './lab.ts';
import type { Netns } from './netns.ts';

export interface CustomerOptions {
  /** The node's end of the cable. */
  uplink: string;
  /** Of the router, with prefix length. */
  addresses: readonly string[];
  /** The router speaks this VLAN on the cable; its interface is then `eth0.VLAN`. */
  vlan?: number;
}

export interface Customer {
  router: Netns;
  /** The router's interface towards the node. */
  interface: string;
  /** The node's interface towards the router. */
  uplink: string;
}

/** Makes the router and the cable; the node's end is up and has no address. */
export async function connectCustomer(
  lab: Lab,
  node: Netns,
  name: string,
  options: CustomerOptions,
): Promise<Customer> {
  const { uplink, addresses, vlan } = options;
  const router = await lab.namespace(name);
  const dev = vlan === undefined ? 'eth0' : `eth0.${vlan}`;
  await router.run('ip', ['link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', uplink, 'netns', node.realName]);
  await node.run('ip', ['link', 'set', uplink, 'up']);
  const vlanDevice =
    vlan === undefined ? [] : [`link add link eth0 name ${dev} type vlan id ${vlan}`, `link set ${dev} up`];
  const lines = [
    'link set eth0 up',
    ...vlanDevice,
    ...addresses.map((address) => `address add ${address} dev ${dev} ${address.includes(':') ? 'nodad' : ''}`),
  ];
  await router.run('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });
  return { router, interface: dev, uplink };
}
