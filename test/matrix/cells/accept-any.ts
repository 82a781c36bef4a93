/** A pod whose attachment says `accept: any`: its unbound sockets serve the customer, and nothing else passes for it. */
import { icmpError } from '../errors.ts';
import * as frames from '../frames.ts';
import type { Family } from '../sockets.ts';
import { fabric, nodeAddresses, ports, type World } from '../world.ts';
import type { Cell, Verdict } from './cell.ts';
import { answerInVrf, answerTo, echoTcpUdp, families, framed, probes, sent } from './common.ts';
import { unbound } from './pod.ts';

const target = 'pod that accepts any';
const exposed = 'accept: any opens exposed ports to the customer, of whatever socket';

export function aboutAcceptAny(world: World): Cell[] {
  return families.flatMap((family) => [
    ...fromRouter(world, family),
    ...fromNeighbour(world, family),
    ...fromCluster(world, family),
    ...toCustomer(world, family),
    ...unbound(world, world.peer, family),
  ]);
}

/** As far as ports are exposed, at its address in the VRF, and by no MAC any further. */
function fromRouter({ peer: open, ordinary, sides: { a }, combination }: World, family: Family): Cell[] {
  const name = open.net1.netns;
  const bridged = combination.mode === 'bridge';
  const ends = (destination: string, destinationMac = bridged ? open.net1.mac : a.uplinkMac) => ({
    sourceMac: a.router.mac,
    destinationMac,
    source: a.address[family],
    destination,
  });
  const own = ends(open.address[family]);
  const cell = framed({ source: 'router-a', target, family }, a.router);
  const passes = { at: [name, 'router-a'], why: exposed };
  const closed: Verdict = { at: [], why: 'accept: any opens no port that is not exposed' };
  const beyond = {
    'eth0 of the pod that accepts any': open.cluster,
    'ordinary pod': ordinary.cluster,
    'node eth0': nodeAddresses['node eth0'],
    'fabric gateway': fabric,
  };
  const about = { source: open.address[family], destination: fabric[family], port: ports.wildcard };
  return [
    cell('echo', (t) => frames.echo(own, t), { ...passes, allowed: 'answer' }),
    ...(['bound', 'wildcard'] as const).flatMap((listener) => [
      cell(`tcp to the ${listener} listener`, (t) => frames.tcp(own, t, ports[listener]), {
        ...passes,
        allowed: 'open',
      }),
      cell(`udp to the ${listener} listener`, (t) => frames.udp(own, t, ports[listener]), {
        ...passes,
        allowed: 'answer',
      }),
    ]),
    cell('tcp to a port that is not exposed', (t) => frames.tcp(own, t, ports.closed), closed),
    cell('udp to a port that is not exposed', (t) => frames.udp(own, t, ports.closed), closed),
    // What it quotes leads the kernel to an unbound socket, and by it to a route.
    cell('ICMP too big about its datagram into the cluster', (t) => icmpError(own, 'too big', about, t), {
      allowed: 'arrival',
      at: [`${name} stack`, name],
      why: 'errors about its own packets reach it; that they change no route of the cluster is a cell of its own',
    }),
    ...Object.entries(beyond).flatMap(([who, pair]) =>
      Object.entries({ "the pod's MAC": open.net1.mac, "the uplink's MAC": a.uplinkMac }).flatMap(([hop, mac]) =>
        echoTcpUdp(ends(pair[family], mac), ports.wildcard).map(({ packet, frame }) =>
          framed({ source: 'router-a', target: `${who}, through the pod that accepts any`, family }, a.router)(
            `${packet} by ${hop}`,
            frame,
            { at: [], why: 'accept: any leads to no other address, and nowhere through the pod' },
          ),
        ),
      ),
    ),
  ];
}

function fromNeighbour({ peer: open, sides: { a } }: World, family: Family): Cell[] {
  const [name, source] = [open.net1.netns, a.pod.net1.netns];
  const at = [`${name} server ${ports.wildcard}`, name, `${source} net1`, `${source} stack`];
  const cell = sent({ source, target, family });
  return [
    ...probes(open.address[family], ports.wildcard, 'net1').map((one) =>
      cell(one, { allowed: answerInVrf[one.probe.protocol], at, why: exposed }),
    ),
    ...probes(open.address[family], ports.bound, 'net1')
      .filter(({ probe }) => probe.protocol !== 'echo')
      .map((one) =>
        cell(one, {
          allowed: answerInVrf[one.probe.protocol],
          at: [`${name} server ${ports.bound}`, ...at],
          why: exposed,
        }),
      ),
    ...probes(open.address[family], ports.closed, 'net1')
      .filter(({ probe }) => probe.protocol !== 'echo')
      .map((one) => cell(one, { at: [], why: 'accept: any opens no port that is not exposed' })),
    ...probes(open.cluster[family], ports.wildcard, 'net1').map((one) =>
      sent({ source, target: 'eth0 of the pod that accepts any', family })(one, {
        at: ['router-a'],
        why: "by the VRF nobody reaches a pod's place in the cluster",
      }),
    ),
  ];
}

/** Its sockets are those of the cluster's side too: by that side they are reached as before, and the address in the VRF is not. */
function fromCluster({ peer: open, ordinary, sides: { a } }: World, family: Family): Cell[] {
  const name = open.net1.netns;
  const inVrf = { [target]: open.address, "customer's router": a.address, "behind the customer's router": a.behind };
  const into: Verdict = {
    at: [`${name} eth0`, 'node cluster', 'fabric'],
    errors: 'anybody',
    why: 'accept: any opens nothing from the cluster into the VRF',
  };
  return [
    ...(['node', 'ordinary'] as const).flatMap((source) => [
      ...probes(open.address[family], ports.wildcard).map((one) =>
        sent({ source, target, family })(one, { ...into, at: ['node cluster', 'fabric'] }),
      ),
      ...probes(open.cluster[family], ports.wildcard).map((one) =>
        sent({ source, target: 'eth0 of the pod that accepts any', family })(one, {
          allowed: answerTo[one.probe.protocol],
          at: [`${name} eth0`, `${name} stack`, `${name} server`, 'node', source],
          why: "the cluster's network is untouched",
        }),
      ),
    ]),
    ...Object.entries(inVrf).flatMap(([who, pair]) => {
      const ends = { sourceMac: ordinary.eth0.mac, destinationMac: open.eth0.mac, source: ordinary.cluster[family] };
      const cell = framed({ source: 'ordinary', target: who, family }, ordinary.eth0);
      return echoTcpUdp({ ...ends, destination: pair[family] }, ports.wildcard).map(({ packet, frame }) =>
        cell(`${packet} by the MAC of the eth0 of the pod that accepts any`, frame, into),
      );
    }),
  ];
}

/** Unbound: the customer's networks are found in the VRF, and all else in the cluster. */
function toCustomer({ peer: open, sides: { a }, overlap }: World, family: Family): Cell[] {
  const source = open.net1.netns;
  const at = [`router-a server ${ports.router}`, 'router-a', `${source} net1`, `${source} stack`];
  const behind: Verdict = {
    at: ['node cluster', 'fabric'],
    errors: 'anybody',
    why: 'a default route of the customer is none for unbound sockets',
  };
  return [
    ...probes(a.address[family], ports.router).map((one) =>
      sent({ source, target: "customer's router", family })(one, {
        allowed: answerInVrf[one.probe.protocol],
        at,
        why: "with accept: any an unbound socket finds the customer's networks",
      }),
    ),
    ...(overlap ? [] : probes(a.behind[family], ports.router)).map((one) =>
      sent({ source, target: "behind the customer's router", family })(one, behind),
    ),
  ];
}
