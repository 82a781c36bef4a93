/** Isolation broken by hand, and the statements of the evidence that it makes false. */
import { cluster } from './chain.ts';
import type { Combination } from './combinations.ts';
import type { Attached } from './drift.ts';
import type { Netns } from './netns.ts';
import { pool } from './vrf-scene.ts';

/** Something done by hand and what takes it back. */
export interface Breach {
  where: Netns;
  by: string;
  undo: string;
  /** Among others, perhaps. */
  breaks: readonly string[];
}

const customer = 'from customer-a';

/** What is taken away from the node, one after the other; the agent puts it back when it starts. */
export function damages({ mode, backend }: Combination, { hostEnd }: Attached): { by: string; breaks: string[] }[] {
  const toNode = `${customer}, node address ${cluster.gateway4}: unreachable`;
  const toNode6 = `${customer}, node address ${cluster.gateway6}: unreachable`;
  return [
    { by: `tc filter del dev ${hostEnd} ingress`, breaks: ['source filter in place'] },
    { by: `tc filter del dev ${hostEnd} egress`, breaks: ['expose filter in place'] },
    { by: 'tc filter del dev eth1 ingress', breaks: ['uplink filter in place', toNode, toNode6] },
    ...(mode === 'bridge' ? [{ by: 'tc filter del dev customer-a ingress', breaks: [toNode, toNode6] }] : []),
    ...(mode === 'routed' && backend === 'device'
      ? [
          { by: 'ip rule del pref 0 iif customer-a unreachable', breaks: [toNode] },
          { by: 'ip -6 rule del pref 0 iif customer-a unreachable', breaks: [toNode6] },
        ]
      : []),
    ...(mode === 'routed' && backend === 'namespace' ? [] : [{ by: 'ip link set eth1 nomaster', breaks: [toNode] }]),
  ];
}

/** What lets somebody in. `eth0`: addresses of the pod's cluster interface, without prefix length. */
export function breaches({ mode, backend }: Combination, attached: Attached, eth0: readonly string[]): Breach[] {
  const { scene, pod, hostEnd, table } = attached;
  const place = scene.place();
  const ownTable = backend === 'device' ? 1001 : 'local';
  const podDefault = 'pod → cluster default via net1: unreachable';
  const pass = "bpf da bytecode '1,6 0 0 0'";
  return [
    {
      where: place,
      by: `tc filter add dev ${hostEnd} ingress protocol all pref 10 handle 1 ${pass}`,
      undo: `tc filter del dev ${hostEnd} ingress protocol all pref 10`,
      breaks: ['source filter in place'],
    },
    {
      where: place,
      by: `tc filter add dev ${hostEnd} egress protocol all pref 10 handle 1 ${pass}`,
      undo: `tc filter del dev ${hostEnd} egress protocol all pref 10`,
      breaks: ['expose filter in place'],
    },
    ...(mode === 'bridge'
      ? [
          {
            where: place,
            by: 'ip address add 192.0.2.200/24 dev customer-a',
            undo: 'ip address del 192.0.2.200/24 dev customer-a',
            breaks: [`${customer}, node address ${cluster.gateway4}: unreachable`, 'pod → node by net1: unreachable'],
          },
          {
            where: place,
            by: 'ip link add intruder type veth peer name intruder2; ip link set intruder master customer-a up',
            undo: 'ip link del intruder',
            breaks: [`${customer}, customer-b: unreachable`],
          },
        ]
      : [
          {
            where: place,
            by: `ip address add ${eth0[0]}/32 dev lo; ip link add intruder type veth peer name intruder2; ip link set intruder up${backend === 'device' ? ' master customer-a' : ''}`,
            undo: `ip link del intruder; ip address del ${eth0[0]}/32 dev lo`,
            breaks: [`${customer}, customer-b: unreachable`],
          },
          {
            where: place,
            by: `ip route add local ${cluster.gateway4} dev lo table ${ownTable}`,
            undo: `ip route del local ${cluster.gateway4} dev lo table ${ownTable}`,
            breaks: [`${customer}, node address ${cluster.gateway4}: unreachable`],
          },
        ]),
    ...(backend === 'device' ? intoVrf(place, mode === 'bridge' ? 'customer-a' : hostEnd) : []),
    ...(mode === 'routed' ? claims(place, pod.netns, hostEnd) : []),
    {
      where: pod.netns,
      by: 'ip rule add pref 0 lookup local; ip -6 rule add pref 0 lookup local',
      undo: 'ip rule del pref 0 lookup local; ip -6 rule del pref 0 lookup local',
      breaks: eth0.map((address) => `${customer}, pod eth0 ${address}: unreachable`),
    },
    {
      where: pod.netns,
      by: `ip route add ${cluster.gateway4} dev eth0 table ${table}`,
      undo: `ip route del ${cluster.gateway4} dev eth0 table ${table}`,
      breaks: [podDefault],
    },
    {
      where: pod.netns,
      by: `ip -6 route add ${cluster.gateway6} dev eth0 table ${table}`,
      undo: `ip -6 route del ${cluster.gateway6} dev eth0 table ${table}`,
      breaks: [podDefault],
    },
    {
      where: pod.netns,
      by: `ip route add 203.0.113.7 dev eth0 table ${table}`,
      undo: `ip route del 203.0.113.7 dev eth0 table ${table}`,
      breaks: [podDefault],
    },
    {
      where: pod.netns,
      by: 'echo 1 >/proc/sys/net/ipv4/ip_forward',
      undo: 'echo 0 >/proc/sys/net/ipv4/ip_forward',
      breaks: [
        'pod forwards nothing',
        `${customer} through the pod → cluster: unreachable`,
        'from the cluster through the pod → customer-a: unreachable',
      ],
    },
    {
      where: pod.netns,
      by: 'echo 1 >/proc/sys/net/ipv6/conf/net1/accept_ra',
      undo: 'echo 0 >/proc/sys/net/ipv6/conf/net1/accept_ra',
      breaks: ['router advertisements from customer-a: ignored'],
    },
  ];
}

/** What leads from the node's main table to `dev`. */
function intoVrf(where: Netns, dev: string): Breach[] {
  const way = `ip route add ${pool.pod4} dev ${dev}`;
  const breaks = ['from node and cluster, customer-a: unreachable'];
  return [{ where, by: way, undo: way.replace('add', 'del'), breaks }];
}

/** A MAC that is nobody's, on the node for the pod and in the pod for its gateway. */
function claims(node: Netns, pod: Netns, hostEnd: string): Breach[] {
  const one = (where: Netns, address: string, dev: string, breaks: string): Breach => ({
    where,
    by: `ip neigh replace ${address} lladdr 02:00:00:00:0b:ad dev ${dev} nud permanent`,
    undo: `ip neigh del ${address} dev ${dev}`,
    breaks: [breaks],
  });
  return [
    one(node, pool.pod4, hostEnd, `customer-a ↔ pod ${pool.pod4}, ${pool.pod6}: carried by the node`),
    one(pod, '169.254.1.1', 'net1', 'pod ↔ customer-a by net1: delivered'),
  ];
}
