/** Whom each namespace takes for the owner of an address, after all that was claimed: its ARP and neighbour tables. Pure. */
import type { Wrong } from './cells/cell.ts';
import type { Learned } from './tables.ts';
import { type PodEnds, podGateway, type Side, uplink, type World } from './world.ts';

/** The MAC by which each address is reached in the VRF of one side. */
function owners({ combination, peer }: World, side: Side, pod: PodEnds = side.pod): Map<string, string> {
  const macs: [{ 4: string; 6: string }, string][] =
    combination.mode === 'bridge'
      ? [
          [side.address, side.router.mac],
          [side.pod.address, side.pod.net1.mac],
          ...(side.name === 'a' ? [[peer.address, peer.net1.mac] as [PodEnds['address'], string]] : []),
        ]
      : [
          [side.address, side.router.mac],
          [uplink, side.uplinkMac],
          [podGateway, pod.hostEndMac],
        ];
  return new Map(macs.flatMap(([{ 4: v4, 6: v6 }, mac]) => [[v4, mac] as const, [v6, mac] as const]));
}

/** One namespace is one cell. */
export interface NeighbourCell {
  trace: 'neighbours';
  name: string;
  /** Name of the namespace; `node` is wherever the VRF is on the node. */
  netns: string;
  /** Whose VRF it is in. */
  side: Side['name'];
}

const cell = (netns: string, side: Side['name'], what = netns): NeighbourCell => ({
  trace: 'neighbours',
  name: `neighbours of ${what}`,
  netns,
  side,
});

export function neighbourCells({ sides: { a, b }, peer }: World): NeighbourCell[] {
  return [
    cell(a.router.netns, 'a'),
    cell(b.router.netns, 'b'),
    cell(a.pod.net1.netns, 'a'),
    cell(peer.net1.netns, 'a'),
    cell('node', 'a', "customer-a's place on the node"),
  ];
}

/** Wrong when an entry names another's MAC; `hasBoth` where the VRFs of both sides are. */
export function poisoned(
  { name, netns, side }: NeighbourCell,
  known: readonly Learned[],
  world: World,
  hasBoth: boolean,
): Wrong[] {
  const { sides, peer } = world;
  const macs = owners(world, sides[side], netns === peer.net1.netns ? peer : sides[side].pod);
  const others = hasBoth ? owners(world, sides.b) : macs;
  const heard = known
    .filter(({ dst, lladdr }) => lladdr && macs.has(dst) && ![macs.get(dst), others.get(dst)].includes(lladdr))
    .map(({ dst, lladdr }) => `${dst} is at ${lladdr} for ${name}`);
  return heard.length === 0 ? [] : [{ cell: name, why: 'nobody else can claim an address', heard }];
}
