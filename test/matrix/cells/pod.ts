/** From a pod, by sockets, as a program without rights. */
import type { Family } from '../sockets.ts';
import { fabric, nodeAddresses, type Pair, type PodEnds, podGateway, ports, uplink, type World } from '../world.ts';
import type { Cell, Verdict } from './cell.ts';
import { answerInVrf, answerTo, families, probes, sent } from './common.ts';

/** Who is not in the VRF of customer a. With overlapping addresses {@link overlapping} are also the customer's. */
export function forbidden({ sides: { a, b }, ordinary }: World): Record<string, Pair> {
  return {
    'node eth0': nodeAddresses['node eth0'],
    'node cni0': nodeAddresses['node cni0'],
    'ordinary pod': ordinary.cluster,
    'fabric gateway': fabric,
    'node loopback': nodeAddresses['node loopback'],
    "other customer's pod": b.pod.address,
    "other customer's pod eth0": b.pod.cluster,
    "behind the other customer's router": b.behind,
    'peer eth0': a.pod.cluster,
  };
}

/** Of {@link forbidden}. */
export const overlapping = new Set(['node eth0', 'node cni0', 'ordinary pod']);

/** A program that binds to its interface; `name` is that of the pod's namespace. */
export function fromPod(world: World): Cell[] {
  const { a } = world.sides;
  return families.flatMap((family) => [
    ...throughVrf(world, family),
    ...fromPeerToPod(world, family),
    ...toGateway(world, family),
    ...unbound(world, a.pod, family),
    ...fromPeer(world, family),
  ]);
}

function throughVrf(world: World, family: Family): Cell[] {
  const { a } = world.sides;
  const source = a.pod.net1.netns;
  const reachable: Record<string, string> = {
    "customer's router": a.address[family],
    "behind the customer's router": a.behind[family],
  };
  if (world.overlap)
    for (const name of overlapping)
      reachable[`customer's host with the address of ${name}`] = forbidden(world)[name]![family];
  const allowed = Object.entries(reachable).flatMap(([target, to]) =>
    probes(to, ports.router, 'net1').map((one) =>
      sent({ source, target, family })(one, {
        allowed: answerInVrf[one.probe.protocol],
        at: [`router-a server ${ports.router}`, 'router-a', `${source} net1`, `${source} stack`],
        why: "what the pod sends by its interface is the customer's, whoever else has the address",
      }),
    ),
  );
  const denied = Object.entries(forbidden(world)).filter(
    ([target]) => target !== 'peer eth0' && !(world.overlap && overlapping.has(target)),
  );
  return [
    ...allowed,
    ...denied.flatMap(([target, pair]) =>
      probes(pair[family], target.includes('pod') ? ports.closed : ports.node, 'net1').map((one) =>
        sent({ source, target, family })(one, {
          // The customer's default route may lead it to the router.
          at: ['router-a'],
          why: 'nothing leaves the VRF: neither to the node, nor to the cluster, nor to another customer',
        }),
      ),
    ),
  ];
}

/** Another pod of the VRF; the way back is among the cells of `accept: any`. */
function fromPeerToPod({ peer, sides: { a }, combination }: World, family: Family): Cell[] {
  const [source, pod] = [peer.net1.netns, a.pod.net1.netns];
  const to = a.pod.address[family];
  const at = [`${pod} server ${ports.bound}`, pod, `${source} net1`, `${source} stack`];
  const cell = (packet: string, protocol: 'echo' | 'tcp' | 'udp', port: number, verdict: Verdict): Cell => {
    const probe = { protocol, to, port, device: 'net1' };
    return sent({ source, target: 'pod in the same VRF', family })({ packet, probe }, verdict);
  };
  const exposed = 'pods of a VRF reach in each other what the customer reaches';
  const byRules = combination.pod === 'rules';
  return [
    cell('echo', 'echo', 0, { allowed: 'answer', at, why: exposed }),
    cell('tcp to the bound listener', 'tcp', ports.bound, { allowed: 'open', at, why: exposed }),
    cell('udp to the bound listener', 'udp', ports.bound, { allowed: 'arrival', at, why: exposed }),
    cell('tcp to the wildcard listener', 'tcp', ports.wildcard, {
      allowed: byRules ? 'open' : 'reset',
      at,
      why: exposed,
    }),
    cell('tcp to a port that is not exposed', 'tcp', ports.closed, { at: [], why: exposed }),
    cell('udp to a port that is not exposed', 'udp', ports.closed, { at: [], why: exposed }),
  ];
}

/** The node inside a routed VRF. */
function toGateway({ sides: { a }, combination }: World, family: Family): Cell[] {
  if (combination.mode === 'bridge') return [];
  const source = a.pod.net1.netns;
  const targets: Record<string, string> = { gateway: podGateway[family], 'uplink address': uplink[family] };
  return Object.entries(targets).flatMap(([target, to]) =>
    probes(to, ports.node, 'net1').map((one) =>
      sent({ source, target, family })(
        one,
        one.probe.protocol === 'echo'
          ? {
              allowed: 'answer',
              at: ['node stack', 'vrf-a', `${source} net1`, `${source} stack`],
              why: "the node answers echo as the VRF's router",
            }
          : { at: [], why: 'the node serves nothing in a VRF' },
      ),
    ),
  );
}

/** The cluster's network stays what it was, and is no way into the VRF. */
export function unbound({ ordinary, sides: { a }, overlap }: World, pod: PodEnds, family: Family): Cell[] {
  const source = pod.net1.netns;
  const cluster = { 'ordinary pod': ordinary.cluster[family], 'node eth0': nodeAddresses['node eth0'][family] };
  const ways = ['node cluster', 'node stack', 'fabric'];
  return [
    ...Object.entries(cluster).flatMap(([target, to]) =>
      probes(to, target === 'ordinary pod' ? ports.closed : ports.node).map((one) =>
        sent({ source, target, family })(one, {
          allowed: answerTo[one.probe.protocol],
          at: [...ways, 'ordinary', 'node server', `${source} eth0`, `${source} stack`],
          why: "the cluster's network is untouched",
        }),
      ),
    ),
    ...(overlap ? [] : [a.behind[family]]).flatMap((to) =>
      probes(to, ports.router, 'eth0').map((one) =>
        sent({ source, target: "behind the customer's router", family })(one, {
          at: ways,
          errors: 'anybody',
          why: "the cluster's network leads into no VRF",
        }),
      ),
    ),
  ];
}

/** Another pod of the VRF, at the first one's place in the cluster. */
function fromPeer(world: World, family: Family): Cell[] {
  const {
    peer,
    sides: { a },
    overlap,
  } = world;
  if (overlap) return [];
  return probes(a.pod.cluster[family], ports.closed, 'net1').map((one) =>
    sent({ source: peer.net1.netns, target: 'pod eth0', family })(one, {
      at: ['router-a'],
      why: "by the VRF nobody reaches a pod's place in the cluster",
    }),
  );
}
