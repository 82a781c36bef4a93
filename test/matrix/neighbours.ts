/** Whom each namespace takes for the owner of an address, after all that was claimed: its ARP and neighbour tables. */
import type { Netns } from '../support/netns.ts';
import type { Wrong } from './cells/cell.ts';
import type { MatrixScene } from './scene.ts';
import { type PodEnds, podGateway, type Side, uplink, type World } from './world.ts';

interface Entry {
  dst: string;
  lladdr?: string;
}

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

/** The entries that name another's MAC. One namespace is one cell. */
export async function poisoned(scene: MatrixScene, world: World): Promise<{ cells: number; wrong: Wrong[] }> {
  const { a, b } = world.sides;
  const asked: [string, Netns | undefined, Map<string, string>][] = [
    ['router-a', scene.namespaces.get('router-a'), owners(world, a)],
    ['router-b', scene.namespaces.get('router-b'), owners(world, b)],
    ['speaker-0', scene.namespaces.get('speaker-0'), owners(world, a)],
    ['peer', scene.namespaces.get('peer'), owners(world, a, world.peer)],
    ["customer-a's place on the node", scene.place('a'), owners(world, a)],
  ];
  const wrong = await Promise.all(
    asked.map(async ([name, netns, macs]): Promise<Wrong[]> => {
      const entries = (await netns?.ip<Entry>('neigh', 'show')) ?? [];
      // On a node that holds both VRFs the routers' addresses are there twice.
      const others = netns === scene.node ? owners(world, b) : macs;
      const heard = entries
        .filter(({ dst, lladdr }) => lladdr && macs.has(dst) && ![macs.get(dst), others.get(dst)].includes(lladdr))
        .map(({ dst, lladdr }) => `${dst} is at ${lladdr} for ${name}`);
      return heard.length === 0
        ? []
        : [{ cell: `neighbours of ${name}`, why: 'nobody else can claim an address', heard }];
    }),
  );
  return { cells: asked.length, wrong: wrong.flat() };
}
