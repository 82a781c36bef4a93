/** What others have put where it opens an attachment's VRF, or takes its addresses: read from the kernel, told in words. */
import { observeNeighbours, observeRoutesTo } from '../apply/observe-evidence.ts';
import type { PlaceHandle } from '../apply/place.ts';
import { vrfPlace } from '../plan/desired.ts';
import { claimsInPod, claimsOnNode } from '../plan/evidence/claims.ts';
import { intrudersOf, type Neighbour, ownInterfaces } from '../plan/evidence/intruders.ts';
import { waysIn, waysOut } from '../plan/evidence/leaks.ts';
import { carriersOf } from '../plan/evidence/packets.ts';
import type { Intrusion, Scene } from '../plan/evidence/statement.ts';
import type { Observed } from '../plan/observed.ts';

/** What was looked at. */
interface Seen {
  scene: Scene;
  /** By CHECK. */
  observed: Observed;
  /** The VRF's place; undefined when it is not there. */
  place: PlaceHandle | undefined;
  /** All of that place. */
  links: readonly Neighbour[];
  pod: PlaceHandle | undefined;
}

export function intrusionsOf({ scene, observed, place, links, pod }: Seen): Intrusion[] {
  const { attachment, vrf } = scene;
  const routed = vrf.mode === 'routed';
  const names = [...carriersOf(scene), attachment.hostEnd];
  const seen = observed.get(vrfPlace(vrf));
  const leading = place && vrf.backend === 'device' ? names.flatMap((name) => observeRoutesTo(place, name)) : [];
  const met = place && routed ? names.flatMap((name) => observeNeighbours(place, name)) : [];
  const metByPod = pod ? observeNeighbours(pod, attachment.interface) : [];
  return [
    ...intrudersOf(scene, links),
    ...waysOut(scene, seen?.routes ?? [], ownInterfaces(scene, links)),
    ...waysIn(scene, leading, seen?.rules ?? []),
    ...claimsOnNode(scene, met),
    ...claimsInPod(scene, metByPod, seen?.links.get(attachment.hostEnd)?.mac),
  ];
}
