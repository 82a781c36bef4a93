/** From a customer's router: everything it can put on its cable, by every next hop. */
import * as frames from '../frames.ts';
import type { Family } from '../sockets.ts';
import { fabric, nodeAddresses, type Pair, ports, type Side, uplink, type World } from '../world.ts';
import type { Cell } from './cell.ts';
import { asksFor, pretends, sourceOf } from './claims.ts';
import { echoTcpUdp, families, framed, groupMac, reserved } from './common.ts';

/** Who is none of this customer's business. */
export function forbidden(world: World, side: Side): Record<string, Pair> {
  const other = world.sides[side.name === 'a' ? 'b' : 'a'];
  return {
    ...nodeAddresses,
    'fabric gateway': fabric,
    'pod eth0': side.pod.cluster,
    'ordinary pod': world.ordinary.cluster,
    "other customer's pod": other.pod.address,
    "other customer's pod eth0": other.pod.cluster,
    "behind the other customer's router": other.behind,
    multicast: { 4: '224.0.0.1', 6: 'ff02::1' },
    'routers or broadcast': { 4: '255.255.255.255', 6: 'ff02::2' },
  };
}

export function fromCustomer(world: World, side: Side): Cell[] {
  return families.flatMap((family) => [
    ...toForbidden(world, side, family),
    ...toPodsOf(world, side, family),
    ...toUplink(world, side, family),
    ...asksFor(world, side, family, forbidden(world, side)),
    ...pretends(world, side, family),
  ]);
}

/** What the customer may reach. */
export const toPods = (world: World, side: Side): Cell[] => families.flatMap((family) => toPodsOf(world, side, family));

/** The MACs that a frame on the cable can name. */
export function hopsOf({ nodeMacs }: World, { uplinkMac, pod }: Side): Record<string, string> {
  return {
    "the pod's MAC": pod.net1.mac,
    "the uplink's MAC": uplinkMac,
    "the VRF's MAC": nodeMacs.vrf,
    "the cluster bridge's MAC": nodeMacs.cluster,
    broadcast: groupMac,
    '01:80:c2:00:00:00': reserved,
  };
}

function toForbidden(world: World, side: Side, family: Family): Cell[] {
  return Object.entries(forbidden(world, side)).flatMap(([target, pair]) =>
    Object.entries(hopsOf(world, side)).flatMap(([hop, destinationMac]) => {
      const ends = {
        sourceMac: side.router.mac,
        destinationMac,
        source: side.address[family],
        destination: pair[family],
      };
      const port = target.includes('pod') ? ports.closed : ports.node;
      const cell = framed({ source: sourceOf(side), target, family }, side.router);
      return echoTcpUdp(ends, port).map(({ packet, frame }) =>
        cell(`${packet} by ${hop}`, frame, {
          at: [],
          why: 'the customer reaches its pods as far as they are exposed, and nothing else',
        }),
      );
    }),
  );
}

function toPodsOf(world: World, side: Side, family: Family): Cell[] {
  const { combination } = world;
  const destinationMac = combination.mode === 'bridge' ? side.pod.net1.mac : side.uplinkMac;
  const ends = {
    sourceMac: side.router.mac,
    destinationMac,
    source: side.address[family],
    destination: side.pod.address[family],
  };
  const pod = side.pod.net1.netns;
  const cell = framed({ source: sourceOf(side), target: 'pod', family }, side.router);
  const open = { at: [pod, sourceOf(side)] };
  const seen = { at: [`${pod} net1`, `${pod} stack`, sourceOf(side)] };
  const byRules = combination.pod === 'rules';
  const wildcard = byRules
    ? 'limit of policy rules: an unbound socket serves both sides, so an exposed port is open'
    : 'a VRF device takes only sockets that are bound to it';
  const closed = { at: [], why: 'the port is not exposed' };
  const toWildcard = { ...(byRules ? open : seen), why: wildcard };
  const hidden = { at: [], why: 'tagged or reserved frames belong to nobody behind an uplink' };
  return [
    cell('echo', (t) => frames.echo(ends, t), { ...open, allowed: 'answer', why: 'echo is exposed' }),
    cell('tcp to the bound listener', (t) => frames.tcp(ends, t, ports.bound), {
      ...open,
      allowed: 'open',
      why: 'the port is exposed',
    }),
    cell('udp to the bound listener', (t) => frames.udp(ends, t, ports.bound), {
      ...open,
      allowed: 'answer',
      why: 'the port is exposed',
    }),
    cell('tcp to the wildcard listener', (t) => frames.tcp(ends, t, ports.wildcard), {
      ...toWildcard,
      allowed: byRules ? 'open' : 'reset',
    }),
    cell('udp to the wildcard listener', (t) => frames.udp(ends, t, ports.wildcard), {
      ...toWildcard,
      allowed: 'arrival',
      // An unbound server answers by the main table, which leads it into the cluster.
      at: byRules ? [`${pod} server ${ports.wildcard}`, pod, 'node cluster', 'fabric'] : seen.at,
    }),
    cell('tcp to a port that is not exposed', (t) => frames.tcp(ends, t, ports.closed), closed),
    cell('udp to a port that is not exposed', (t) => frames.udp(ends, t, ports.closed), closed),
    cell('udp with a tag', (t) => frames.tagged(frames.udp(ends, t, ports.bound), 5), hidden),
    cell('udp with a priority tag', (t) => frames.tagged(frames.udp(ends, t, ports.bound), 0), hidden),
    cell('udp to 01:80:c2', (t) => frames.udp({ ...ends, destinationMac: reserved }, t, ports.bound), hidden),
  ];
}

/** The node's own address in a routed VRF. */
function toUplink({ combination }: World, side: Side, family: Family): Cell[] {
  if (combination.mode === 'bridge') return [];
  const ends = {
    sourceMac: side.router.mac,
    destinationMac: side.uplinkMac,
    source: side.address[family],
    destination: uplink[family],
  };
  const cell = framed({ source: sourceOf(side), target: 'uplink address', family }, side.router);
  return echoTcpUdp(ends, ports.node).map(({ packet, frame }) =>
    cell(
      packet,
      frame,
      packet === 'echo'
        ? {
            allowed: 'answer',
            at: ['node stack', `vrf-${side.name}`, sourceOf(side)],
            why: "the node answers echo as the VRF's router",
          }
        : { at: [], why: 'the node serves nothing in a VRF' },
    ),
  );
}
