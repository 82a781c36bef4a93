/** From a pod with NET_RAW: frames as it likes, by its interface in the VRF. */
import * as frames from '../frames.ts';
import type { Family } from '../sockets.ts';
import { nodeAddresses, type Pair, ports, type Side, type World } from '../world.ts';
import type { Cell } from './cell.ts';
import { echoTcpUdp, families, groupMac, reserved } from './common.ts';
import { forbidden, overlapping } from './pod.ts';

/** The same pod with NET_RAW: frames as it likes. */
export function fromHostilePod(world: World): Cell[] {
  const { a } = world.sides;
  return families.flatMap((family) => [...lies(world, a, family), ...shoves(world, a, family)]);
}

/** The MACs that a frame of the pod's can name. */
export function hopsOf({ nodeMacs }: World, { pod, router, uplinkMac }: Side): Record<string, string> {
  return {
    "the host end's MAC": pod.hostEndMac,
    "the router's MAC": router.mac,
    "the uplink's MAC": uplinkMac,
    "the VRF's MAC": nodeMacs.vrf,
    "the cluster bridge's MAC": nodeMacs.cluster,
    broadcast: groupMac,
    '01:80:c2:00:00:00': reserved,
  };
}

/** Who is none of the pod's business, and is not the customer's too. */
export function targetsOf(world: World): [string, Pair][] {
  const all: [string, Pair][] = [...Object.entries(forbidden(world)), ['multicast', { 4: '224.0.0.1', 6: 'ff02::1' }]];
  return world.overlap ? all.filter(([target]) => !overlapping.has(target) && target !== 'peer eth0') : all;
}

/** Its own addresses, but at whom it likes by whatever MAC it likes. */
function shoves(world: World, side: Side, family: Family): Cell[] {
  const { pod, router, address } = side;
  const bridged = world.combination.mode === 'bridge';
  const base = { source: 'hostile pod', family };
  const ends = (destinationMac: string, destination: string) => ({
    sourceMac: pod.net1.mac,
    destinationMac,
    source: pod.address[family],
    destination,
  });
  // On a segment the customer's router is one of ff02::1.
  const isAnswered = (target: string, packet: string, hop: string) =>
    bridged &&
    family === 6 &&
    target === 'multicast' &&
    packet === 'echo' &&
    (hop === "the router's MAC" || hop === 'broadcast');
  const control: Cell = {
    ...base,
    target: "customer's router",
    packet: 'echo',
    shot: {
      by: 'frame',
      port: pod.net1,
      frame: (token) => frames.echo(ends(bridged ? router.mac : pod.hostEndMac, address[family]), token),
    },
    allowed: 'answer',
    at: ['router-a', pod.net1.netns],
    why: 'what is not forged passes',
  };
  return [
    control,
    ...targetsOf(world).flatMap(([target, pair]) =>
      Object.entries(hopsOf(world, side)).flatMap(([hop, mac]) =>
        echoTcpUdp(ends(mac, pair[family]), target.includes('pod') ? ports.closed : ports.node).map(
          ({ packet, frame }): Cell => ({
            ...base,
            target,
            packet: `${packet} by ${hop}`,
            shot: { by: 'frame', port: pod.net1, frame },
            at: ['router-a', ...(isAnswered(target, packet, hop) ? [pod.net1.netns] : [])],
            ...(isAnswered(target, packet, hop) ? { allowed: 'answer' } : {}),
            why: 'NET_RAW reaches nobody whom the pod does not reach without it',
          }),
        ),
      ),
    ),
  ];
}

/** In somebody else's name. */
function lies({ combination, peer, ordinary }: World, { pod, router, address }: Side, family: Family): Cell[] {
  const bridged = combination.mode === 'bridge';
  const destinationMac = bridged ? router.mac : pod.hostEndMac;
  const honest = { sourceMac: pod.net1.mac, destinationMac, source: pod.address[family], destination: address[family] };
  const cell = (packet: string, frame: (token: number) => Buffer): Cell => ({
    source: 'hostile pod',
    target: bridged ? "customer's router and the segment" : 'node and beyond',
    family,
    packet,
    shot: { by: 'frame', port: pod.net1, frame },
    at: [],
    why: 'from the pod end only its own addresses and MAC leave, untagged',
  });
  const marked = (packet: string, frame: Buffer) => cell(packet, (token) => frames.numbered(frame, token));
  const names: Record<string, string> = {
    'the peer': peer.address[family],
    'the router': address[family],
    'an ordinary pod': ordinary.cluster[family],
    'the node': nodeAddresses['node eth0'][family],
  };
  const spoofed = Object.entries(names).map(([who, source]) =>
    cell(`udp in the name of ${who}`, (t) => frames.udp({ ...honest, source }, t, ports.router)),
  );
  const common = [
    ...spoofed,
    cell("udp from the router's MAC", (t) => frames.udp({ ...honest, sourceMac: router.mac }, t, ports.router)),
    cell('udp with a tag', (t) => frames.tagged(frames.udp(honest, t, ports.router), 5)),
    cell('udp to 01:80:c2', (t) => frames.udp({ ...honest, destinationMac: reserved }, t, ports.router)),
    cell('redirect', (t) => frames.redirect(honest, nodeAddresses['node eth0'][family], t)),
  ];
  if (family === 4) {
    const claim = { ...honest, source: address[4], destination: peer.address[4], destinationMac: groupMac };
    return [
      ...common,
      marked("ARP answer in the router's name", frames.arp(claim, 2)),
      marked("ARP request in the router's name", frames.arp(claim, 1)),
      marked("ARP answer with the router's MAC", frames.arp({ ...claim, source: pod.address[4] }, 2, router.mac)),
    ];
  }
  const everybody = { ...honest, destinationMac: '33:33:00:00:00:01', destination: 'ff02::1' };
  return [
    ...common,
    marked("NA for the router's address", frames.neighbour(everybody, 136, address[6])),
    marked("NA with the router's MAC", frames.neighbour(everybody, 136, pod.address[6], router.mac)),
    marked("NS in the router's name", frames.neighbour({ ...everybody, source: address[6] }, 135, peer.address[6])),
    cell('router advertisement', (t) => frames.routerAdvertisement({ ...everybody, source: pod.linkLocal }, t)),
    cell('router advertisement from fe80::1', (t) =>
      frames.routerAdvertisement({ ...everybody, source: 'fe80::1' }, t),
    ),
  ];
}
