/** From a customer's router: ARP, neighbour discovery and what routers say, by which it could take another's place. */
import * as frames from '../frames.ts';
import type { Family } from '../sockets.ts';
import { nodeAddresses, type Pair, podGateway, type Side, uplink, type World } from '../world.ts';
import type { Cell } from './cell.ts';
import { groupMac } from './common.ts';

/** Name of a customer's router's namespace. */
export const sourceOf = ({ name }: Side) => `router-${name}`;

/** Who answers for an address on the cable. */
export function asksFor(world: World, side: Side, family: Family, strangers: Record<string, Pair>): Cell[] {
  const { mode } = world.combination;
  const owner = mode === 'bridge' ? side.pod.address : uplink;
  const nobodys: Record<string, Pair> = { ...strangers, gateway: podGateway };
  delete nobodys.multicast;
  delete nobodys['routers or broadcast'];
  if (mode === 'routed') nobodys.pod = side.pod.address;
  const cell = (target: string, address: string, allowed?: 'answer'): Cell => {
    const group = family === 4 ? { destination: address, destinationMac: groupMac } : frames.solicited(address);
    const ends = { sourceMac: side.router.mac, source: side.address[family], ...group };
    return {
      source: sourceOf(side),
      target,
      family,
      packet: family === 4 ? 'ARP request' : 'neighbour solicitation',
      shot: {
        by: 'frame',
        port: side.router,
        frame: () => (family === 4 ? frames.arp(ends, 1) : frames.neighbour(ends, 135, address)),
      },
      ...(allowed ? { allowed, at: [''] } : { at: [] }),
      why: "on the cable only the pod, or the node's uplink, has an address",
      asks: address,
    };
  };
  return [
    cell(mode === 'bridge' ? 'pod' : 'uplink address', owner[family], 'answer'),
    ...Object.entries(nobodys).map(([target, pair]) => cell(target, pair[family])),
  ];
}

/** What only the pod's gateway or the cluster may say to a pod. */
export function pretends(world: World, side: Side, family: Family): Cell[] {
  const { mode } = world.combination;
  const pod = side.pod;
  const destinationMac = mode === 'bridge' ? pod.net1.mac : side.uplinkMac;
  const at = {
    sourceMac: side.router.mac,
    destinationMac,
    source: side.address[family],
    destination: pod.address[family],
  };
  const cell = (packet: string, frame: (token: number) => Buffer): Cell => ({
    source: sourceOf(side),
    target: 'pod',
    family,
    packet,
    shot: { by: 'frame', port: side.router, frame },
    at: [],
    why: "no advertisement or redirect moves a pod's routes; a routed pod's gateway and neighbours are nobody's to claim",
  });
  const redirect = cell('redirect', (t) => frames.redirect(at, nodeAddresses['node eth0'][family], t));
  if (family === 4) {
    const claim = (source: string) => (t: number) =>
      frames.numbered(frames.arp({ ...at, source, destination: pod.address[4] }, 2), t);
    return [
      redirect,
      ...(mode === 'routed'
        ? [
            cell('ARP claim of the gateway', claim(podGateway[4])),
            cell('ARP claim of a pod', claim(world.peer.address[4])),
          ]
        : []),
    ];
  }
  const linkLocal = { ...at, source: 'fe80::bad', destinationMac: '33:33:00:00:00:01', destination: 'ff02::1' };
  const claim = (target: string) => (t: number) => frames.numbered(frames.neighbour(at, 136, target), t);
  return [
    redirect,
    cell('router advertisement', (t) => frames.routerAdvertisement(linkLocal, t)),
    cell('router advertisement to the pod alone', (t) =>
      frames.routerAdvertisement({ ...linkLocal, destinationMac, destination: pod.linkLocal || pod.address[6] }, t),
    ),
    ...(mode === 'routed'
      ? [cell('NA claim of the gateway', claim(podGateway[6])), cell('NA claim of a pod', claim(world.peer.address[6]))]
      : []),
  ];
}
