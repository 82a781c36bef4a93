/** When an observed object is the desired one. */
import type { LinkSettings, Program, Route, Rule } from './kernel-object.ts';
import type { LinkState, RouteState, RuleState } from './observed.ts';

/** The device of a route that refuses is the kernel’s own choice; a source counts where one is wanted. */
export function sameRoute(is: RouteState, wanted: Route): boolean {
  return (
    is.family === wanted.family &&
    is.table === wanted.table &&
    is.type === wanted.type &&
    is.to === wanted.to &&
    is.via === wanted.via &&
    is.metric === wanted.metric &&
    (wanted.type === 'unreachable' || is.dev === wanted.dev) &&
    (wanted.src === undefined || is.src === wanted.src)
  );
}

/** By destination: a VRF has a route to each of its pods, and each of them is looked for. */
const indexes = new WeakMap<readonly RouteState[], Map<string, RouteState[]>>();
/** Of so few the first look through all is sooner done than an index is made. */
const few = 16;

/** Whether `wanted` is among the routes of a place. */
export function hasRoute(routes: readonly RouteState[], wanted: Route): boolean {
  const candidates = routes.length <= few ? routes : (indexOf(routes).get(wanted.to) ?? []);
  return candidates.some((route) => sameRoute(route, wanted));
}

function indexOf(routes: readonly RouteState[]): Map<string, RouteState[]> {
  const known = indexes.get(routes);
  if (known) return known;
  const index = Map.groupBy(routes, ({ to }) => to);
  indexes.set(routes, index);
  return index;
}

/** One that is narrowed by what we never ask for, as a mark, is another. */
export function sameRule(is: RuleState, wanted: Rule): boolean {
  return (
    !is.narrowed &&
    is.family === wanted.family &&
    is.priority === wanted.priority &&
    is.action === wanted.action &&
    is.table === wanted.table &&
    is.iif === wanted.iif &&
    is.oif === wanted.oif &&
    is.from === wanted.from &&
    is.to === wanted.to
  );
}

export function sameProgram(is: Program | undefined, wanted: Program | undefined): boolean {
  if (!is || !wanted) return is === wanted;
  return Buffer.compare(is, wanted) === 0;
}

type Group = Record<string, unknown>;

/** The properties of a group (`ipv4`, `bridge`, …) that differ, as they should be and as they are. */
function groupChange(is: Group | undefined, wanted: Group): { to: Group; from: Group } | undefined {
  const keys = Object.keys(wanted).filter((key) => wanted[key] !== undefined && wanted[key] !== is?.[key]);
  if (keys.length === 0) return undefined;
  const pick = (source: Group) => Object.fromEntries(keys.map((key) => [key, source[key]]));
  return { to: pick(wanted), from: is ? pick(is) : {} };
}

/** What of `wanted` the link does not have yet, and what it has instead; undefined when it has all. */
export function settingsToChange(
  wanted: LinkSettings,
  link: LinkState,
): { to: LinkSettings; from: LinkSettings } | undefined {
  const { object, in: place, dev, ipv4, bridge, bridgePort, ...flat } = wanted;
  const head: LinkSettings = { object, in: place, dev };
  const change = groupChange({ ...link, alias: link.alias ?? '' }, flat);
  let to: LinkSettings = { ...head, ...change?.to };
  let from: LinkSettings = { ...head, ...change?.from };
  let any = change !== undefined;
  for (const [key, group] of Object.entries({ ipv4, bridge, bridgePort }) as [
    'ipv4' | 'bridge' | 'bridgePort',
    Group | undefined,
  ][]) {
    if (!group) continue;
    const inner = groupChange(link[key] as Group | undefined, group);
    if (!inner) continue;
    any = true;
    // A bridge and its ports take their settings only together.
    to = { ...to, [key]: key === 'ipv4' ? inner.to : group };
    from = { ...from, ...(link[key] ? { [key]: key === 'ipv4' ? inner.from : link[key] } : {}) };
  }
  return any ? { to, from } : undefined;
}
