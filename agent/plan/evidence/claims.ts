/** Neighbour entries that name another's MAC for an address whose owner is known. */
import { gateway4, gateway6 } from '../desired.ts';
import { plainAddress } from '../routes.ts';
import { interfacesOf } from './packets.ts';
import type { Intrusion, Scene } from './statement.ts';

/** An entry of an ARP or neighbour table that has found a MAC. */
export interface NeighbourEntry {
  address: string;
  mac: string;
  /** Name of the interface. */
  dev: string;
}

/** On the node, which in a bridge speaks with nobody: pods' addresses at other MACs than theirs. */
export function claimsOnNode(scene: Pick<Scene, 'vrf' | 'siblings'>, entries: readonly NeighbourEntry[]): Intrusion[] {
  const own = new Set(interfacesOf(scene));
  return claims(
    'neighbour on node',
    pods(scene),
    entries.filter(({ dev }) => own.has(dev)),
  );
}

/** In the pod, by the attachment's interface: other pods of the segment, or the gateway, whose MAC is the host end's. */
export function claimsInPod(
  scene: Scene,
  entries: readonly NeighbourEntry[],
  hostEndMac: string | undefined,
): Intrusion[] {
  const { attachment, vrf } = scene;
  const gateway = hostEndMac === undefined ? [] : [gateway4, gateway6].map((one) => [one, hostEndMac] as const);
  return claims(
    'neighbour in pod',
    vrf.mode === 'bridge' ? pods(scene) : new Map(gateway),
    entries.filter(({ dev }) => dev === attachment.interface),
  );
}

function pods({ siblings }: Pick<Scene, 'siblings'>): Map<string, string> {
  return new Map(siblings.flatMap(({ addresses, mac }) => addresses.map((one) => [plainAddress(one), mac] as const)));
}

function claims(
  kind: Intrusion['kind'],
  owners: ReadonlyMap<string, string>,
  entries: readonly NeighbourEntry[],
): Intrusion[] {
  return entries.flatMap(({ address, mac, dev }): Intrusion[] => {
    const owner = owners.get(address);
    if (owner === undefined || owner === mac) return [];
    return [{ kind, text: `${address} is taken to be at ${mac} by ${dev}, and belongs to ${owner}` }];
  });
}
