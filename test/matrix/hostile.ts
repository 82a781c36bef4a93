/** The worst sysctls that a node, and a pod that inherits from it, can have. */
import type { Netns } from '../support/netns.ts';

/** Of an IPv4 interface; the last two answer for what is not theirs and accept what claims to be theirs. */
const ipv4 = {
  forwarding: 1,
  rp_filter: 0,
  arp_ignore: 0,
  arp_announce: 0,
  arp_accept: 1,
  arp_filter: 0,
  proxy_arp: 1,
  proxy_arp_pvlan: 1,
  accept_local: 1,
  route_localnet: 1,
  accept_redirects: 1,
  secure_redirects: 0,
  send_redirects: 1,
  accept_source_route: 1,
} as const;

const ipv6 = {
  forwarding: 1,
  accept_ra: 2,
  autoconf: 1,
  accept_redirects: 1,
  proxy_ndp: 1,
  accept_source_route: 1,
} as const;

/** Where the kernel has them at all. */
const global = ['ipv4/tcp_l3mdev_accept', 'ipv4/udp_l3mdev_accept', 'ipv4/raw_l3mdev_accept', 'ipv4/ip_forward'];

function script(where: readonly string[]): string {
  const each = (family: string, values: Record<string, number>) =>
    where.flatMap((dev) => Object.entries(values).map(([key, value]) => [`${family}/conf/${dev}/${key}`, value]));
  const lines = [
    ...global.map((path) => [path, 1]),
    ...each('ipv4', ipv4),
    ...each('ipv6', ipv6),
    ['ipv4/icmp_echo_ignore_broadcasts', 0],
  ];
  return lines
    .map(([path, value]) => `[ ! -e /proc/sys/net/${path} ] || echo ${value} >/proc/sys/net/${path}`)
    .join('\n');
}

/** Of the namespace and of all interfaces it has so far and will get; with `all`, of what counts for all of them alone. */
export async function hostileNode(node: Netns, which: 'every' | 'all' = 'every'): Promise<void> {
  const existing =
    which === 'all' ? [] : (await node.ip<{ ifname: string }>('link', 'show')).map((link) => link.ifname);
  await node.run('sh', ['-ec', script(['all', ...(which === 'all' ? [] : ['default']), ...existing])]);
}

/** Of a pod before it has any interface, which the runtime's defaults or the node's may give it. */
export function hostilePod(pod: Netns): Promise<void> {
  return hostileNode(pod);
}
