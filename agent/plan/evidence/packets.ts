/** Packets whose way the node is asked for, and the interfaces that they may meet. */
import { contains, parseAddress, parsePrefix } from '../../../common/addresses.ts';
import { vrfPlace } from '../desired.ts';
import type { Family } from '../kernel-object.ts';
import { uplinkDevice } from '../names.ts';
import { familyOf, plainAddress } from '../routes.ts';
import { customerAddress } from './samples.ts';
import type { Question, Scene } from './statement.ts';

/** Name of the interface towards the customer, as it is in the VRF. */
export function uplinkOf({ vrf }: Pick<Scene, 'vrf'>): string | undefined {
  return vrf.uplink && uplinkDevice(vrf.uplink.interface, vrf.uplink.vlan);
}

/** The VRF's own link and its uplink. */
export function carriersOf(scene: Pick<Scene, 'vrf'>): string[] {
  const uplink = uplinkOf(scene);
  return [scene.vrf.name, ...(uplink === undefined ? [] : [uplink])];
}

/** All interfaces of the VRF on the node. */
export function interfacesOf(scene: Pick<Scene, 'vrf' | 'siblings'>): string[] {
  return [...carriersOf(scene), ...scene.siblings.map(({ hostEnd }) => hostEnd)];
}

/** Without the node's addresses in the VRF: what the customer has to reach under them, others may have as well. */
export function notOwn({ vrf }: Pick<Scene, 'vrf'>, addresses: readonly string[]): string[] {
  const own = new Set((vrf.uplink?.addresses ?? []).map(plainAddress));
  return addresses.filter((address) => !own.has(address));
}

/**
 * Packets that come in by the uplink. In bridge mode the node routes nothing there: the segment's drop-all filters keep
 * its stack away, and a look-up would tell of a way that no packet comes to.
 */
export function fromUplink(scene: Scene, targets: readonly string[]): Question[] {
  const { vrf, attachment } = scene;
  const iif = uplinkOf(scene);
  if (vrf.mode === 'bridge' || iif === undefined) return [];
  return targets.map((to) => {
    const family = familyOf(to);
    return { in: vrfPlace(vrf), family, to, from: customerAddress(attachment, vrf, family), iif };
  });
}

/** To the pod's addresses, of families that the uplink speaks. */
export function fromUplinkToPod(scene: Scene): Question[] {
  const speaks = new Set((scene.vrf.uplink?.addresses ?? []).map(familyOf));
  const own = scene.attachment.addresses.map(plainAddress);
  return fromUplink(
    scene,
    own.filter((address) => speaks.has(familyOf(address))),
  );
}

const byFamily = (addresses: readonly string[], family: Family) =>
  addresses.filter((address) => familyOf(address) === family);

/** Packets that come in from the pod; in bridge mode, see {@link fromUplink}. */
export function fromHostEnd({ vrf, attachment }: Scene, targets: readonly string[]): Question[] {
  if (vrf.mode === 'bridge') return [];
  return ([4, 6] as const).flatMap((family) => {
    const [from] = byFamily(attachment.addresses.map(plainAddress), family);
    if (from === undefined) return [];
    return byFamily(targets, family).map((to) => ({ in: vrfPlace(vrf), family, to, from, iif: attachment.hostEnd }));
  });
}

/** Towards a neighbour on the uplink, where there is one. */
export function fromHostEndToCustomer(scene: Scene): Question[] {
  const { vrf, attachment } = scene;
  const families = new Set((vrf.uplink?.addresses ?? []).map(familyOf));
  return fromHostEnd(
    scene,
    [...families].map((family) => customerAddress(attachment, { ...vrf, routes: [] }, family)),
  );
}

/** The same, as far as it is on the uplink's own network: whoever else is asked with may have no route. */
export function fromHostEndToNeighbour(scene: Scene): Question[] {
  const networks = (scene.vrf.uplink?.addresses ?? []).map(parsePrefix);
  return fromHostEndToCustomer(scene).filter(({ family, to }) =>
    networks.some((network) => contains(network, family, parseAddress(to).address)),
  );
}
