/**
 * What the claims of others have changed: whom each namespace takes for the owner of an address (ARP and neighbour tables), and
 * what it takes for the MTU of its way into the cluster.
 */
import type { Netns } from '../support/netns.ts';
import type { Wrong } from './cells/cell.ts';
import type { MatrixScene } from './scene.ts';
import { fabric, type PodEnds, podGateway, type Side, uplink, type World } from './world.ts';

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

/** How a namespace would send to an address. */
interface Way {
  metrics?: { mtu?: number }[];
}

/** The namespaces in whose main table an ICMP error has changed the MTU towards the cluster. One namespace and family is one cell. */
async function narrowed({ namespaces }: MatrixScene): Promise<{ cells: number; wrong: Wrong[] }> {
  const asked = ['node', 'speaker-0', 'peer', 'speaker-b'].flatMap((name) =>
    ([4, 6] as const).map((family) => ({ name, family })),
  );
  const wrong = await Promise.all(
    asked.map(async ({ name, family }): Promise<Wrong[]> => {
      const ways = (await namespaces.get(name)?.ip<Way>('route', 'get', fabric[family])) ?? [];
      const heard = ways.flatMap(({ metrics = [] }) => metrics.flatMap(({ mtu }) => (mtu ? [`MTU ${mtu}`] : [])));
      if (heard.length === 0) return [];
      return [{ cell: `way of ${name} to ${fabric[family]}`, why: 'no ICMP error changes the main table', heard }];
    }),
  );
  return { cells: asked.length, wrong: wrong.flat() };
}

/** The entries that name another's MAC, one namespace being one cell, and the ways that have become narrower. */
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
  const ways = await narrowed(scene);
  return { cells: asked.length + ways.cells, wrong: [...wrong.flat(), ...ways.wrong] };
}
