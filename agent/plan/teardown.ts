/** The way back: what of a desired state is in the kernel, removed in reverse order. */

import { sameRoute, sameRule } from './equal.ts';
import type { KernelObject, LinkSettings } from './kernel-object.ts';
import { isOurs } from './names.ts';
import type { LinkState, Observed, PlaceState } from './observed.ts';
import type { Step } from './step.ts';

/**
 * The steps that remove `desired` as far as it is observed. Links without our mark stay; an interface that
 * was taken as uplink is released, not deleted. What lives on a link that goes needs no step of its own.
 */
export function teardown(desired: readonly KernelObject[], observed: Observed): Step[] {
  const going = new Set(desired.flatMap(linksOf));
  return desired.toReversed().flatMap((object): Step[] => {
    const place = observed.get(object.in);
    if (!place) return [];
    if ('dev' in object && going.has(`${object.in} ${object.dev}`)) return [];
    return object.object === 'link-settings' ? released(object, place.links.get(object.dev)) : removed(object, place);
  });
}

/** What goes with a link, as `place name`: a veth takes its peer along. */
function linksOf(object: KernelObject): string[] {
  if (object.object !== 'link') return [];
  const own = `${object.in} ${object.name}`;
  return object.kind === 'veth' ? [own, `${object.peer.in} ${object.peer.name}`] : [own];
}

function removed(object: Exclude<KernelObject, LinkSettings>, place: PlaceState): Step[] {
  switch (object.object) {
    case 'namespace':
      return isOurs(place.links.get('lo')?.alias) ? [{ do: 'unmake', object }] : [];
    case 'link':
      return isOurs(place.links.get(object.name)?.alias) ? [{ do: 'remove', object }] : [];
    case 'moved-link':
      return place.links.has(object.name) ? [{ do: 'remove', object }] : [];
    case 'rule':
      return place.rules.some((rule) => sameRule(rule, object)) ? [{ do: 'remove', object }] : [];
    case 'filter':
      return (place.filters.get(`${object.dev} ${object.direction}`)?.ours ?? 'none') !== 'none'
        ? [{ do: 'remove', object }]
        : [];
    case 'address':
      return place.addresses.get(object.dev)?.has(object.address) ? [{ do: 'remove', object }] : [];
    case 'route':
      return place.routes.some((route) => sameRoute(route, object)) ? [{ do: 'remove', object }] : [];
    case 'fdb':
    case 'sysctl':
    case 'local-rule':
      return [];
  }
}

/** The settings that took an operator's interface, taken back unless somebody else has changed them since. */
function released({ object, in: place, dev, master, addrGenMode }: LinkSettings, link: LinkState | undefined): Step[] {
  const head = { object, in: place, dev };
  const steps: Step[] = [];
  if (master !== undefined && link?.master === master)
    steps.push({ do: 'change', to: { ...head, master: '' }, from: { ...head, master } });
  if (addrGenMode !== undefined && link?.addrGenMode === addrGenMode)
    steps.push({ do: 'change', to: { ...head, addrGenMode: 'eui64' }, from: { ...head, addrGenMode } });
  return steps;
}
