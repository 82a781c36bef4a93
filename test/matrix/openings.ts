/** What opens a VRF while the agent runs, and what it leaves alone: the work of others, and the pod, which it enters only when asked. */
import type { Netns } from '../support/netns.ts';
import type { MatrixScene } from './scene.ts';
import { podGateway, type World } from './world.ts';

/** Something done by hand, in several places one after the other, and what takes it back. */
export interface Opening {
  what: string;
  by: readonly Command[];
  undo: readonly Command[];
  /** Whether packets pass; else an entry of a neighbour table is all that is wrong. */
  passes: boolean;
  /** Beginning of a statement that it makes false. */
  breaks: string;
}

/** A namespace and a shell's script. */
type Command = readonly [Netns, string];

const passAll = (dev: string, direction: string) =>
  `tc filter add dev ${dev} ${direction} protocol all pref 10 handle 1 bpf da bytecode '1,6 0 0 0'`;
const passNoMore = (dev: string, direction: string) => `tc filter del dev ${dev} ${direction} protocol all pref 10`;

export function openings(scene: MatrixScene, world: World): Opening[] {
  const { mode, backend } = scene.combination;
  const onDevice = mode === 'routed' && backend === 'device';
  return [
    ...filters(scene),
    ...pods(scene, world),
    link(scene, world),
    ...(mode === 'bridge' ? [transit(scene, world)] : []),
    ...(onDevice ? routes(scene, world) : []),
  ];
}

/** A filter of others that passes everything, and is asked first. */
function filters(scene: MatrixScene): Opening[] {
  const host = scene.hostEnd('speaker-0');
  const over = (what: string, dev: string, direction: string): Opening => ({
    what: `a filter before the ${what} filter`,
    by: [[scene.place('a'), passAll(dev, direction)]],
    undo: [[scene.place('a'), passNoMore(dev, direction)]],
    passes: true,
    breaks: `${what} filter in place`,
  });
  return [over('source', host, 'ingress'), over('expose', host, 'egress'), over('uplink', 'eth1', 'ingress')];
}

function pods(scene: MatrixScene, { sides: { a }, peer }: World): Opening[] {
  const pod = scene.namespaces.get(a.pod.net1.netns)!;
  const host = scene.hostEnd('speaker-0');
  const both = (command: string) => ['-4', '-6'].map((family) => `ip ${family} rule ${command}`).join('; ');
  const owner = scene.combination.mode === 'bridge' ? peer.address[4] : podGateway[4];
  return [
    {
      what: "the pod's table local before its own rules, behind a filter that is open",
      by: [
        [pod, both('add pref 0 lookup local')],
        [scene.place('a'), passAll(host, 'egress')],
      ],
      undo: [
        [pod, both('del pref 0 lookup local')],
        [scene.place('a'), passNoMore(host, 'egress')],
      ],
      passes: true,
      breaks: 'from customer-a, pod eth0 ',
    },
    {
      what: `${owner} at a MAC that is nobody's`,
      by: [[pod, `ip neigh replace ${owner} lladdr 02:00:00:00:0b:ad dev net1 nud permanent`]],
      undo: [[pod, `ip neigh del ${owner} dev net1`]],
      passes: false,
      breaks: 'pod ↔ customer-a by net1',
    },
  ];
}

/** A cable between the node and the VRF. */
function link(scene: MatrixScene, { sides: { a } }: World): Opening {
  const { mode, backend } = scene.combination;
  const place = scene.place('a');
  const [bridged, device] = [mode === 'bridge', backend === 'device'];
  const there = [
    `ip link set leak2 ${bridged || device ? 'master customer-a ' : ''}up`,
    ...(bridged ? [] : ['ip address add 169.254.9.2/30 dev leak2']),
  ];
  const here = [
    'ip link set leak up',
    ...(bridged
      ? ['ip address add 192.0.2.200/24 dev leak']
      : ['ip address add 169.254.9.1/30 dev leak', `ip route add ${a.pod.address[4]} via 169.254.9.2`]),
  ];
  return {
    what: 'a cable from the node into the VRF',
    by: [
      [
        scene.node,
        `ip link add leak type veth peer name leak2 ${device ? '' : `netns ${scene.agent.netnsDirectory}/customer-a`}`,
      ],
      [place, there.join('; ')],
      [scene.node, here.join('; ')],
    ],
    undo: [[scene.node, 'ip link del leak']],
    passes: true,
    breaks: 'from node and cluster, customer-a',
  };
}

/** A way through the pod, behind a filter that is open. In routed mode nothing of the kind comes to the pod. */
function transit(scene: MatrixScene, { sides: { a }, ordinary }: World): Opening {
  const pod = scene.namespaces.get(a.pod.net1.netns)!;
  const table =
    "$(ip rule show | sed -n 's/.*iif net1 lookup \\([0-9]*\\).*/\\1/p'; ip -d link show type vrf 2>/dev/null | sed -n 's/.*vrf table \\([0-9]*\\).*/\\1/p')";
  const way = `${ordinary.cluster[4]}/32 dev eth0 table ${table}`;
  const host = scene.hostEnd('speaker-0');
  return {
    what: 'a pod that forwards to the cluster',
    by: [
      [pod, `echo 1 >/proc/sys/net/ipv4/ip_forward; ip route add ${way}`],
      [scene.place('a'), passAll(host, 'egress')],
    ],
    undo: [
      [pod, `ip route del ${way}; echo 0 >/proc/sys/net/ipv4/ip_forward`],
      [scene.place('a'), passNoMore(host, 'egress')],
    ],
    passes: true,
    breaks: 'from customer-a through the pod → cluster',
  };
}

/** Of the VRF's table on the node, and of the main one. */
function routes(scene: MatrixScene, { sides: { a }, ordinary }: World): Opening[] {
  const one = (what: string, command: (verb: 'add' | 'del') => string, breaks: string): Opening => ({
    what,
    by: [[scene.node, command('add')]],
    undo: [[scene.node, command('del')]],
    passes: true,
    breaks,
  });
  const table = "$(ip -d link show customer-a | sed -n 's/.*vrf table \\([0-9]*\\).*/\\1/p')";
  const intoVrf = 'from node and cluster, customer-a';
  return [
    one(
      'a route of the VRF to the cluster',
      (verb) => `ip route ${verb} ${ordinary.cluster[4]}/32 dev cni0 table ${table} proto bird`,
      "pod → the node's networks",
    ),
    one(
      'a route of the main table into the VRF',
      (verb) => `ip route ${verb} ${a.pod.address[4]}/32 dev ${scene.hostEnd('speaker-0')}`,
      intoVrf,
    ),
    one(
      'a rule that leads pods of the cluster into the VRF',
      (verb) => `ip rule ${verb} pref 5 iif cni0 to ${a.pod.address[4]}/32 lookup ${table}`,
      intoVrf,
    ),
  ];
}
