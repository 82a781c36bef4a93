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

/** The scene as it is now, in plain values. */
export async function worldOf(scene: MatrixScene): Promise<World> {
  const ends = await Promise.all(['speaker-0', 'speaker-b', 'peer'].map((name) => endsOf(scene, name)));
  const [podA, podB, peer] = ends as [PodEnds, PodEnds, PodEnds];
  const [a, b] = await Promise.all([sideOf(scene, 'a', podA), sideOf(scene, 'b', podB)]);
  const own = await portOf(scene, 'ordinary', 'eth0');
  const node = await linksOf(scene.node);
  const inPlace = await linksOf(scene.place('a'));
  const vrf = inPlace.find(({ ifname }) => ifname === 'customer-a')?.address;
  return {
    combination: scene.combination,
    overlap: scene.hasOverlap,
    ...(scene.vlans ? { trunk: { port: (await portOf(scene, 'trunk', 'eth0')).port, vlans: scene.vlans } } : {}),
    sides: { a, b },
    peer,
    ordinary: { eth0: own.port, cluster: own.addresses },
    nodeMacs: {
      cluster: node.find(({ ifname }) => ifname === cluster.bridge)?.address ?? '',
      vrf: vrf ?? a.uplinkMac,
    },
  };
}

async function sideOf(scene: MatrixScene, name: 'a' | 'b', pod: PodEnds): Promise<Side> {
  const { port } = await portOf(scene, `router-${name}`, 'eth0');
  const { uplink: dev } = scene.customers[name];
  const [end] = await scene.place(name).ip<LinkInfo>('link', 'show', 'dev', dev);
  const address = routers[scene.combination.mode];
  return { name, router: port, address, behind: behind[name], uplinkMac: end?.address ?? '', pod };
}

async function endsOf(scene: MatrixScene, name: keyof typeof inVrf | string): Promise<PodEnds> {
  const [net1, eth0] = await Promise.all([portOf(scene, name, 'net1'), portOf(scene, name, 'eth0')]);
  const place = scene.place(name === 'speaker-b' ? 'b' : 'a');
  const [end] = await place.ip<LinkInfo>('link', 'show', 'dev', scene.hostEnd(name));
  return {
    net1: net1.port,
    eth0: eth0.port,
    address: inVrf[name as keyof typeof inVrf],
    cluster: eth0.addresses,
    linkLocal: net1.linkLocal,
    hostEndMac: end?.address ?? '',
  };
}

async function portOf(
  scene: MatrixScene,
  name: string,
  dev: string,
): Promise<{ port: Port; addresses: Pair; linkLocal: string }> {
  const netns = scene.namespaces.get(name);
  const [link] = (await netns?.ip<LinkInfo>('address', 'show', 'dev', dev)) ?? [];
  const of = (family: string, scope: string) =>
    link?.addr_info?.find((info) => info.family === family && info.scope === scope)?.local ?? '';
  return {
    port: { netns: name, dev, mac: link?.address ?? '' },
    addresses: { 4: of('inet', 'global'), 6: of('inet6', 'global') },
    linkLocal: of('inet6', 'link'),
  };
}
