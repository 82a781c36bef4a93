/** What is sent to many: to groups by the MAC that goes with them and by that of one, and to networks' broadcast addresses. */
import * as frames from '../frames.ts';
import { broadcasts, familyOf, type Group, groups, igmp, macOf, mld, withoutPorts } from '../groups.ts';
import { type Port, ports, type Side, type World } from '../world.ts';
import type { Cell, Verdict } from './cell.ts';
import { sourceOf } from './claims.ts';

type Packet = { packet: string; frame: (token: number) => Buffer };

/** What is sent to a group: its own protocol, and what everything answers that listens. */
function packetsTo({ port, protocol }: Group, ends: frames.Ends): Packet[] {
  return [
    ...(protocol === undefined ? [{ packet: 'echo', frame: (token: number) => frames.echo(ends, token, 1) }] : []),
    { packet: `udp ${port ?? ports.node}`, frame: (token) => frames.udp(ends, token, port ?? ports.node) },
    ...(protocol === undefined
      ? []
      : [{ packet: `protocol ${protocol}`, frame: (token: number) => withoutPorts(ends, protocol, token) }]),
  ];
}

/** Queries and reports of memberships. */
function memberships(ends: (group: Group) => frames.Ends, kind: 'query' | 'report'): (Packet & { group: Group })[] {
  const everybody4 = { name: 'all nodes', address: '224.0.0.1' };
  const everybody6 = { name: 'all nodes', address: 'ff02::1' };
  const reports6 = { name: 'MLD routers', address: 'ff02::16' };
  const [group4, group6] = kind === 'query' ? [everybody4, everybody6] : [groups[2]!, reports6];
  return [
    { group: group4, packet: `IGMP ${kind}`, frame: (token) => igmp(ends(group4), kind, token) },
    { group: group6, packet: `MLD ${kind}`, frame: (token) => mld(ends(group6), kind, token) },
  ];
}

function cellOf(source: string, port: Port, group: Group, { packet, frame }: Packet, by: string, rest: Verdict): Cell {
  return {
    source,
    target: `${group.name} (${group.address})`,
    family: familyOf(group),
    packet: `${packet} by ${by}`,
    shot: { by: 'frame', port, frame },
    ...rest,
  };
}

/** From a customer's router: neither the node, which has joined all groups everywhere, nor any pod hears it. */
export function groupsFromCustomer({ combination }: World, side: Side): Cell[] {
  const rest: Verdict = { at: [], why: 'what the customer sends to many is heard by nobody on the node' };
  const ends = (group: Group, destinationMac = macOf(group)) => ({
    sourceMac: side.router.mac,
    destinationMac,
    source: side.address[familyOf(group)],
    destination: group.address,
  });
  const one = combination.mode === 'bridge' ? side.pod.net1.mac : side.uplinkMac;
  const source = sourceOf(side);
  return [
    ...[...groups, ...broadcasts].flatMap((group) => [
      ...packetsTo(group, ends(group)).map((packet) => cellOf(source, side.router, group, packet, 'its MAC', rest)),
      ...(side.name === 'a' ? packetsTo(group, ends(group, one)) : []).map((packet) =>
        cellOf(source, side.router, group, packet, 'the MAC of one', rest),
      ),
    ]),
    ...(['query', 'report'] as const).flatMap((kind) =>
      memberships(ends, kind).map((packet) => cellOf(source, side.router, packet.group, packet, 'its MAC', rest)),
    ),
  ];
}

/** From a pod with NET_RAW: a segment's other end hears it, as on any segment; node and peer do not, and nobody beyond a gateway. */
export function groupsFromHostilePod({ combination, sides: { a } }: World): Cell[] {
  const { pod, router } = a;
  const bridged = combination.mode === 'bridge';
  const one = bridged ? router.mac : pod.hostEndMac;
  const ends = (group: Group, destinationMac = macOf(group)) => ({
    sourceMac: pod.net1.mac,
    destinationMac,
    source: familyOf(group) === 6 && bridged ? pod.linkLocal || pod.address[6] : pod.address[familyOf(group)],
    destination: group.address,
  });
  const why = 'what a pod sends to many is heard on its segment by the customer alone';
  const heard: Verdict = { allowed: 'arrival', at: [router.netns], why };
  const unheard: Verdict = { at: [], why };
  const toAll = bridged ? heard : unheard;
  // A network's broadcast address is one like any other to whom the network is not known.
  const directed: Verdict = { at: [router.netns], why };
  const cell = (group: Group, packet: Packet, by: string, rest: Verdict) =>
    cellOf('hostile pod', pod.net1, group, packet, by, rest);
  return [
    ...[...groups, ...broadcasts].flatMap((group) => [
      ...packetsTo(group, ends(group)).map((packet) => cell(group, packet, 'its MAC', toAll)),
      ...packetsTo(group, ends(group, one)).map((packet) =>
        cell(group, packet, 'the MAC of one', bridged || broadcasts.includes(group) ? directed : unheard),
      ),
    ]),
    ...memberships(ends, 'report').map((packet) => cell(packet.group, packet, 'its MAC', toAll)),
    ...memberships(ends, 'query').map((packet) => cell(packet.group, packet, 'its MAC', unheard)),
  ];
}

/** In the cluster: the node hears what is sent to groups that it has joined, which shows that it would elsewhere. */
export function groupsFromOrdinary({ ordinary }: World): Cell[] {
  return groups.flatMap((group) => {
    const ends = {
      sourceMac: ordinary.eth0.mac,
      destinationMac: macOf(group),
      source: ordinary.cluster[familyOf(group)],
      destination: group.address,
    };
    return packetsTo(group, ends)
      .slice(-1)
      .map((packet) =>
        cellOf('ordinary', ordinary.eth0, group, packet, 'its MAC', {
          allowed: 'arrival',
          at: ['node stack', 'node', 'ordinary', 'speaker-', 'peer eth0', 'fabric'],
          why: "the cluster's network is untouched",
        }),
      );
  });
}
