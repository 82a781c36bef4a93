/** From the cluster's side: the node, and an ordinary pod. */
import type { Family } from '../sockets.ts';
import { nodeAddresses, type Pair, ports, type World } from '../world.ts';
import type { Cell } from './cell.ts';
import { answerTo, echoTcpUdp, families, framed, probes, sent } from './common.ts';

/** What is inside VRFs. */
function inside({ sides: { a, b }, overlap }: World): Record<string, Pair> {
  return {
    'pod in the VRF': a.pod.address,
    "customer's router": a.address,
    "behind the customer's router": a.behind,
    ...(overlap ? {} : { "other customer's pod": b.pod.address }),
  };
}

const portOf = (target: string) => (target.includes('pod') ? ports.wildcard : ports.router);

export function fromCluster(world: World): Cell[] {
  return families.flatMap((family) => [
    ...into(world, 'node', family),
    ...into(world, 'ordinary', family),
    ...within(world, 'node', family),
    ...within(world, 'ordinary', family),
    ...throughPod(world, family),
  ]);
}

/** By the main table, and by nothing else: what it does not know goes to the node's default gateway. */
function into(world: World, source: 'node' | 'ordinary', family: Family): Cell[] {
  return Object.entries(inside(world)).flatMap(([target, pair]) =>
    probes(pair[family], portOf(target)).map((one) =>
      sent({ source, target, family })(one, {
        at: ['fabric', 'node cluster'],
        errors: 'anybody',
        why: 'nothing passes from the main table into a VRF',
      }),
    ),
  );
}

function within({ sides: { a } }: World, source: 'node' | 'ordinary', family: Family): Cell[] {
  const pod = a.pod.net1.netns;
  const targets: [string, string, number][] = [
    ['pod eth0', a.pod.cluster[family], ports.wildcard],
    ...(source === 'ordinary'
      ? [['node eth0', nodeAddresses['node eth0'][family], ports.node] as [string, string, number]]
      : []),
  ];
  return targets.flatMap(([target, to, port]) =>
    probes(to, port).map((one) =>
      sent({ source, target, family })(one, {
        allowed: answerTo[one.probe.protocol],
        at: [`${pod} eth0`, `${pod} stack`, `${pod} server`, 'node', source],
        why: "the cluster's network is untouched",
      }),
    ),
  );
}

/** A pod with two interfaces is no router between them: frames to its MAC in the cluster for addresses in the VRF. */
function throughPod(world: World, family: Family): Cell[] {
  const {
    ordinary,
    sides: { a },
  } = world;
  const pod = a.pod.net1.netns;
  return Object.entries(inside(world)).flatMap(([target, pair]) =>
    echoTcpUdp(
      {
        sourceMac: ordinary.eth0.mac,
        destinationMac: a.pod.eth0.mac,
        source: ordinary.cluster[family],
        destination: pair[family],
      },
      portOf(target),
    ).map(({ packet, frame }) =>
      framed({ source: 'ordinary', target, family }, ordinary.eth0)(`${packet} by the MAC of the pod's eth0`, frame, {
        at: [`${pod} eth0`, 'node cluster', 'fabric'],
        errors: 'anybody',
        why: 'no transit through the pod',
      }),
    ),
  );
}
