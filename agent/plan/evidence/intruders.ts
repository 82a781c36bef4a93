/** Interfaces of others that see or send what is a VRF's. */
import { isOurs, readAlias } from '../names.ts';
import { interfacesOf } from './packets.ts';
import type { Intrusion, Scene } from './statement.ts';

/** An interface in the namespace of the VRF's links. */
export interface Neighbour {
  index: number;
  name: string;
  up: boolean;
  alias: string | undefined;
  /** `veth`, `vlan`, …; undefined for hardware and loopback. */
  kind: string | undefined;
  /** Index of the bridge or VRF device that it is in; 0 for none. */
  master: number;
  /** Index of the interface it is stacked on (of a veth: its peer, in whatever namespace); 0 for none. */
  link: number;
}

/** Names of the VRF's interfaces, as they should be. A host end whose record was lost is still the VRF's: its alias says so. */
export function ownInterfaces(scene: Pick<Scene, 'vrf' | 'siblings'>, links: readonly Neighbour[]): Set<string> {
  const orphans = links.filter(({ alias }) => alias !== undefined && readAlias(alias)?.vrf === scene.vrf.name);
  return new Set([...interfacesOf(scene), ...orphans.map(({ name }) => name)]);
}

/**
 * One for each: members of the VRF's bridge or device (in routed mode also of its namespace), and devices stacked on
 * its links, which get frames before the VRF does.
 */
export function intrudersOf(scene: Pick<Scene, 'vrf' | 'siblings'>, links: readonly Neighbour[]): Intrusion[] {
  const { vrf } = scene;
  const expected = ownInterfaces(scene, links).add('lo');
  const isExpected = ({ name }: Neighbour) => expected.has(name);
  const isWholeNamespace = vrf.backend === 'namespace' && vrf.mode === 'routed';
  const master = links.find(({ name }) => name === vrf.name)?.index;
  const isMember = (link: Neighbour) => (isWholeNamespace ? link.up : master !== undefined && link.master === master);
  const carriers = new Map(links.filter(isExpected).map(({ index, name }) => [index, name]));
  const strangers = links.filter((link) => !isExpected(link));
  return [
    ...strangers
      .filter(isMember)
      .map(({ name }) => `interface ${name}, which is not multivrf's, is in VRF ${vrf.name}`),
    ...strangers
      .filter((link) => isStacked(link) && carriers.has(link.link))
      .map(({ name, kind, link }) => `${kind} ${name} on ${carriers.get(link)} takes frames of VRF ${vrf.name}`),
  ].map((text) => ({ kind: 'interface', text }));
}

/** Not a veth, whose peer is told in the same attribute; and not a VLAN device that we made for another VRF. */
function isStacked({ kind, alias }: Neighbour): boolean {
  return kind !== undefined && /vlan|vtap$|macsec/.test(kind) && !isOurs(alias);
}
