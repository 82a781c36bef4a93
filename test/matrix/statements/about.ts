/** How a cell names the statements that speak about it. Pure. */
import type { PodEnds } from '../world.ts';

/** A statement about one attachment, by the name of the pod's namespace. */
export interface About {
  of: string;
  text: RegExp;
}

/** Of one pod's attachment, by the beginnings of texts. */
export function about({ net1 }: Pick<PodEnds, 'net1'>, texts: readonly string[]): About[] {
  return texts.map((text) => ({
    of: net1.netns,
    text: new RegExp(`^${text.replaceAll(/[.*+?^$()[\]{}|\\]/g, '\\$&')}`),
  }));
}

/** What the filters of a host end and of an uplink are called. */
export const filters = {
  source: 'source filter in place',
  expose: 'expose filter in place',
  uplink: 'uplink filter in place',
} as const;

/** That what must arrive does: on the node and in the pod. */
export const carried = (customer: string) => [`${customer} ↔ pod `, `pod ↔ ${customer} by net1`];
