/** ICMP errors, which concern nobody but the sender of the packet that they quote. */
import { type ErrorKind, errorKinds, icmpError, type Quoted } from '../errors.ts';
import type { Ends } from '../frames.ts';
import type { Family } from '../sockets.ts';
import { fabric, nodeAddresses, ports, type Side, uplink, type World } from '../world.ts';
import type { Cell, Verdict } from './cell.ts';
import { sourceOf } from './claims.ts';
import { families } from './common.ts';
import { forbidden, hopsOf } from './customer.ts';
import { hopsOf as hopsOfPod, targetsOf } from './hostile-pod.ts';

type Base = Pick<Cell, 'source' | 'target' | 'family'> & { port: Side['router']; ends: Ends };

/** Packets of others that an error may pretend to be about. */
function others({ sides }: World, { name, pod }: Side, family: Family): Record<string, Quoted> {
  const other = sides[name === 'a' ? 'b' : 'a'];
  const cluster = fabric[family];
  return {
    "the pod's eth0, an answer to echo,": { source: pod.cluster[family], destination: cluster },
    'the node, an answer to echo,': { source: nodeAddresses['node eth0'][family], destination: cluster },
    'the node': { source: nodeAddresses['node eth0'][family], destination: cluster, port: ports.node },
    "the pod's eth0": { source: pod.cluster[family], destination: cluster, port: ports.wildcard },
    "another customer's pod": {
      source: other.pod.address[family],
      destination: other.address[family],
      port: ports.bound,
    },
  };
}

function about({ port, ends, ...base }: Base, kind: ErrorKind, whose: string, quoted: Quoted, verdict: Verdict): Cell {
  return {
    ...base,
    packet: `ICMP ${kind} about a packet of ${whose}`,
    shot: { by: 'frame', port, frame: (token) => icmpError(ends, kind, quoted, token) },
    ...verdict,
  };
}

const each = (base: Base, whose: string, quoted: Quoted, verdict: Verdict) =>
  errorKinds.map((kind) => about(base, kind, whose, quoted, verdict));

/** One error by each next hop to each target. Kinds and quotes take turns: each target gets every kind, and every quote. */
function everywhere(
  bases: readonly { base: Base; hop: string }[],
  quotes: Record<string, Quoted>,
  verdict: Verdict,
): Cell[] {
  const all = Object.entries(quotes);
  return bases.map(({ base, hop }, i) => {
    const [whose, quoted] = all[i % all.length]!;
    return about(base, errorKinds[i % errorKinds.length]!, `${whose} by ${hop}`, quoted, verdict);
  });
}

/** From a customer's router: to whom nothing passes, and to who may hear of its own packets only. */
export function errorsFromCustomer(world: World, side: Side): Cell[] {
  return families.flatMap((family) => {
    const base = (target: string, destination: string, destinationMac: string): Base => ({
      source: sourceOf(side),
      target,
      family,
      port: side.router,
      ends: { sourceMac: side.router.mac, destinationMac, source: side.address[family], destination },
    });
    const bases = Object.entries(forbidden(world, side)).flatMap(([target, pair]) =>
      Object.entries(hopsOf(world, side)).map(([hop, mac]) => ({ base: base(target, pair[family], mac), hop })),
    );
    const quotes = others(world, side, family);
    // Once is enough: what differs between customers is a number of a table.
    return [
      ...everywhere(side.name === 'a' ? bases : [], quotes, {
        at: [],
        why: 'ICMP errors pass no further than what they are about',
      }),
      ...toPod(world, side, family, base, quotes),
      ...toUplink(world, side, family, base, quotes),
    ];
  });
}

const whyOwn = 'without errors about its own packets path MTU discovery would fail';
const whyOthers = "an error about another's packet would change routes that are none of the customer's";

function toPod(
  { combination }: World,
  side: Side,
  family: Family,
  base: (target: string, destination: string, mac: string) => Base,
  quotes: Record<string, Quoted>,
): Cell[] {
  const { pod } = side;
  const mac = combination.mode === 'bridge' ? pod.net1.mac : side.uplinkMac;
  const to = base('pod', pod.address[family], mac);
  const fromBehind = { ...to, ends: { ...to.ends, source: side.behind[family] } };
  const own: Quoted = { source: pod.address[family], destination: side.behind[family], port: ports.bound };
  // Of these the kernel asks for the route in table main; in IPv6 by the interface that the error came in by.
  const answers: Quoted = { source: pod.address[family], destination: fabric[family] };
  const passes: Verdict = { allowed: 'arrival', at: [`${pod.net1.netns} stack`, pod.net1.netns], why: whyOwn };
  return [
    ...each(to, 'the pod', own, passes),
    ...each(fromBehind, 'the pod, from behind the router', own, passes),
    ...each(to, 'the pod, an answer to echo,', answers, family === 6 ? passes : { at: [], why: whyOthers }),
    ...Object.entries(quotes).flatMap(([whose, quoted]) => each(to, whose, quoted, { at: [], why: whyOthers })),
  ];
}

function toUplink(
  { combination: { mode, backend } }: World,
  side: Side,
  family: Family,
  base: (target: string, destination: string, mac: string) => Base,
  quotes: Record<string, Quoted>,
): Cell[] {
  if (mode === 'bridge') return [];
  const to = base('uplink address', uplink[family], side.uplinkMac);
  const own: Quoted = { source: uplink[family], destination: side.address[family], port: ports.node };
  const place = backend === 'device' ? 'node stack' : `vrf-${side.name}`;
  return [
    ...each(to, 'the uplink', own, { allowed: 'arrival', at: [place], why: whyOwn }),
    ...Object.entries(quotes).flatMap(([whose, quoted]) => each(to, whose, quoted, { at: [], why: whyOthers })),
  ];
}

/** From a pod with NET_RAW: to whom it likes by whatever MAC it likes, and to the other pod of its VRF. */
export function errorsFromHostilePod(world: World): Cell[] {
  const { a } = world.sides;
  const { pod, router } = a;
  return families.flatMap((family) => {
    const quotes = others(world, a, family);
    const base = (target: string, destination: string, destinationMac: string): Base => ({
      source: 'hostile pod',
      target,
      family,
      port: pod.net1,
      ends: { sourceMac: pod.net1.mac, destinationMac, source: pod.address[family], destination },
    });
    const bases = targetsOf(world).flatMap(([target, pair]) =>
      Object.entries(hopsOfPod(world, a)).map(([hop, mac]) => ({ base: base(target, pair[family], mac), hop })),
    );
    const mac = world.combination.mode === 'bridge' ? world.peer.net1.mac : pod.hostEndMac;
    const peer = base('pod in the same VRF', world.peer.address[family], mac);
    return [
      ...everywhere(bases, quotes, { at: [router.netns], why: 'as errors the pod reaches nobody either' }),
      ...Object.entries(quotes).flatMap(([whose, quoted]) => each(peer, whose, quoted, { at: [], why: whyOthers })),
    ];
  });
}
