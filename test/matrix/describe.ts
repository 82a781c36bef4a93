/** A scene as plain values: what the table of cells is made from. Asked of iproute2. */
import { cluster } from '../support/chain.ts';
import type { Netns } from '../support/netns.ts';
import type { MatrixScene } from './scene.ts';
import { behind, inVrf, routers } from './topology.ts';
import type { Pair, PodEnds, Port, Side, World } from './world.ts';

interface LinkInfo {
  ifindex: number;
  ifname: string;
  address: string;
  addr_info?: { family: string; local: string; scope: string }[];
}

/** All interfaces of a namespace. */
export const linksOf = (netns: Netns) => netns.ip<LinkInfo>('address', 'show');

const known = new WeakMap<MatrixScene, World>();

/** The scene in plain values. Links and addresses are read once: nothing that a scene goes through may change them. */
export async function worldOf(scene: MatrixScene): Promise<World> {
  const world = known.get(scene) ?? (await read(scene));
  known.set(scene, world);
  return { ...world, overlap: scene.hasOverlap };
}

async function read(scene: MatrixScene): Promise<World> {
  const all = [...scene.namespaces.values(), scene.place('a'), scene.place('b')];
  const links = new Map(
    await Promise.all([...new Set(all)].map(async (netns) => [netns, await linksOf(netns)] as const)),
  );
  const link = (netns: Netns | undefined, dev: string): LinkInfo => {
    const found = netns && links.get(netns)?.find(({ ifname }) => ifname === dev);
    if (!found) throw new Error(`there is no ${dev} in ${netns?.name}`);
    return found;
  };
  const port = (netns: string, dev: string): Port => ({
    netns,
    dev,
    mac: link(scene.namespaces.get(netns), dev).address,
  });
  const address = (netns: string, dev: string, family: string, scope = 'global') =>
    link(scene.namespaces.get(netns), dev).addr_info?.find((info) => info.family === family && info.scope === scope)
      ?.local ?? '';
  const inCluster = (netns: string): Pair => ({
    4: address(netns, 'eth0', 'inet'),
    6: address(netns, 'eth0', 'inet6'),
  });
  const placeOf = (side: Side['name']) => [...links.keys()].find((netns) => netns.path === scene.place(side).path);
  const podOf = (name: keyof typeof inVrf): PodEnds => ({
    net1: port(name, 'net1'),
    eth0: port(name, 'eth0'),
    address: inVrf[name],
    cluster: inCluster(name),
    linkLocal: address(name, 'net1', 'inet6', 'link'),
    hostEndMac: link(placeOf(name === 'speaker-b' ? 'b' : 'a'), scene.hostEnd(name)).address,
  });
  const side = (name: Side['name'], pod: PodEnds): Side => ({
    name,
    router: port(`router-${name}`, 'eth0'),
    address: routers[scene.combination.mode],
    behind: behind[name],
    uplinkMac: link(placeOf(name), scene.customers[name].uplink).address,
    pod,
  });
  const a = side('a', podOf('speaker-0'));
  const vrf = links.get(placeOf('a')!)?.find(({ ifname }) => ifname === 'customer-a');
  return {
    combination: scene.combination,
    overlap: scene.hasOverlap,
    ...(scene.vlans ? { trunk: { port: port('trunk', 'eth0'), vlans: scene.vlans } } : {}),
    sides: { a, b: side('b', podOf('speaker-b')) },
    peer: podOf('peer'),
    ordinary: { eth0: port('ordinary', 'eth0'), cluster: inCluster('ordinary') },
    nodeMacs: { cluster: link(scene.node, cluster.bridge).address, vrf: vrf?.address ?? a.uplinkMac },
  };
}
