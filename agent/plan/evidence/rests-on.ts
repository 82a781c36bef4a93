/** Which differences on the node make a statement false. */
import type { Site } from '../check-drift.ts';
import { vrfPlace } from '../desired.ts';
import { carriersOf } from './packets.ts';
import type { Scene } from './statement.ts';

type Rests = (site: Site) => boolean;

/** The VRF's own links, their filters, and the rules. Routes are judged by the look-ups. */
export function ofVrf(scene: Scene): Rests {
  const carriers = new Set(carriersOf(scene));
  return ({ object, in: at, dev }) =>
    at === vrfPlace(scene.vrf) &&
    (['namespace', 'rule', 'local-rule'].includes(object) ||
      (dev !== undefined && carriers.has(dev) && object !== 'route'));
}

/** The host end and its source filter. What the pod receives by it, and who its neighbours send to, is another statement. */
export function ofHostEnd({ attachment, vrf }: Scene): Rests {
  return ({ object, in: at, dev, direction }) =>
    at === vrfPlace(vrf) &&
    dev === attachment.hostEnd &&
    object !== 'route' &&
    object !== 'fdb' &&
    direction !== 'egress';
}

/** What any of them rests on. */
export function either(...all: readonly Rests[]): Rests {
  return (site) => all.some((one) => one(site));
}

/** The links of `rests` alone: their masters, addresses and settings, and not their filters. */
export function unfiltered(rests: Rests): Rests {
  return (site) => site.object !== 'filter' && rests(site);
}
