/**
 * Drift by addition: what others have put where it diverts an attachment's traffic or opens it.
 *
 * - An address on the pod end, the host end, the uplink or the VRF's own link, link-local IPv6 and loopback ones apart.
 * - A route in a table of the attachment. On the node those of a routing daemon are the operator's business, unless
 *   they compete for the pod's own address.
 * - A rule that packets of the attachment meet before the attachment's own rules have decided.
 * - A filter that is asked before ours.
 */
import type { Drift, Site } from './check-drift.ts';
import { heals } from './check-drift.ts';
import { surplusRules } from './check-rules.ts';
import { linkWords } from './check-words.ts';
import { describeObject } from './describe.ts';
import { type Attachment, vrfPlace, vrfTable } from './desired.ts';
import { sameRoute } from './equal.ts';
import type { KernelObject, Place, Route } from './kernel-object.ts';
import type { Observed, PlaceState, RouteState } from './observed.ts';
import { hostPrefix } from './routes.ts';

/** All of it, in every place that was observed. Parameters as in check.ts. */
export function surplus(
  attachment: Attachment,
  desired: readonly KernelObject[],
  observed: Observed,
  siblings: readonly Attachment[],
): Drift[] {
  return [...observed].flatMap(([place, state]) => {
    const here = desired.filter((object) => object.in === place);
    const known = [...here, ...siblings.flatMap(hostRoutes)];
    const routes = surplusRoutes(attachment, known, place, state);
    const rules = surplusRules(attachment, here, place, state);
    return [
      ...surplusAddresses(attachment, here, place, state),
      ...routes.map((route) => surplusDrift(routeSite(place, route), routeWords(place, route))),
      ...rules.map((text) => surplusDrift({ object: 'rule', in: place }, text)),
      ...foreignFilters(attachment, here, place, state),
    ];
  });
}

function surplusDrift(site: Site, text: string): Drift {
  return { site, text, heal: heals.foreign };
}

const harmless = /^(fe80:|127\.|::1\/)/;

function surplusAddresses(
  attachment: Attachment,
  desired: readonly KernelObject[],
  place: Place,
  { addresses }: PlaceState,
): Drift[] {
  const own = new Set(
    desired.flatMap((object) => (object.object === 'address' ? [`${object.dev} ${object.address}`] : [])),
  );
  return [...addresses].flatMap(([dev, there]) =>
    [...there]
      .filter((address) => !own.has(`${dev} ${address}`) && !harmless.test(address))
      .map((address) => `${linkWords(attachment, place, dev)} has address ${address}, which multivrf did not give it`)
      .map((text) => surplusDrift({ object: 'address', in: place, dev }, text)),
  );
}

/** The routes of another pod's addresses. */
function hostRoutes({ vrf, hostEnd: dev, addresses }: Attachment): Route[] {
  if (vrf.mode === 'bridge') return [];
  const [place, table] = [vrfPlace(vrf), vrfTable(vrf)];
  return addresses.map(hostPrefix).map((to) => ({
    object: 'route',
    in: place,
    family: to.includes(':') ? 6 : 4,
    table,
    type: 'unicast',
    to,
    dev,
  }));
}

function surplusRoutes(
  { addresses }: Attachment,
  known: readonly KernelObject[],
  place: Place,
  { routes }: PlaceState,
): RouteState[] {
  const said = known.filter((object): object is Route => object.object === 'route' && object.in === place);
  const own = Map.groupBy(said, ({ to }) => to);
  const prefixes = new Set(addresses.map(hostPrefix));
  return routes.filter((route) => {
    if (route.maker === 'kernel' || own.get(route.to)?.some((wanted) => sameRoute(route, wanted))) return false;
    return place === 'pod' || route.maker !== 'daemon' || prefixes.has(route.to);
  });
}

function routeSite(place: Place, { dev }: RouteState): Site {
  return { object: 'route', in: place, ...(dev === undefined ? {} : { dev }) };
}

function routeWords(place: Place, { type, maker: _, ...route }: RouteState): string {
  const words = describeObject({ object: 'route', in: place, type: type === 'other' ? 'unicast' : type, ...route });
  return `${words} was not made by multivrf`;
}

function foreignFilters(
  attachment: Attachment,
  desired: readonly KernelObject[],
  place: Place,
  { filters }: PlaceState,
): Drift[] {
  return desired.flatMap((object) => {
    if (object.object !== 'filter') return [];
    const { dev, direction } = object;
    const before = filters.get(`${dev} ${direction}`)?.before ?? [];
    const link = linkWords(attachment, place, dev);
    return before.map((filter) =>
      surplusDrift(
        { object: 'filter', in: place, dev, direction },
        `the ${direction} filter ${filter} of ${link} is asked before multivrf's`,
      ),
    );
  });
}
