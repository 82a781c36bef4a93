/** The routes of a place, of as many tables and links as are asked for: a VRF has one to each of its pods. */
import { decodeRoute, dumpRoutes } from '../netlink/codec/route.ts';
import { RTPROT } from '../netlink/constants.ts';
import { NetlinkError } from '../netlink/socket.ts';
import { errnoName } from '../netlink/sys/libc.ts';
import type { Family, Route } from '../plan/kernel-object.ts';
import type { RouteState } from '../plan/observed.ts';
import { nameByIndex, observeNames } from './link-names.ts';
import type { PlaceHandle } from './place.ts';

/** A table of which all routes are looked at, or, where `devs` says so, those that lead to some links. */
export interface LookedTable extends Pick<Route, 'family' | 'table'> {
  devs: Set<string> | undefined;
}

/**
 * In links: for each of them the kernel walks the whole table once, but tells only of what leads there, and to read a route
 * takes us far longer.
 */
const mostDevs = 16;

/** Takes a route that is wanted into account; `whole` where all of its table is to be looked at anyway. */
export function lookAt(tables: Map<string, LookedTable>, { family, table, dev }: Route, whole: boolean): void {
  const key = `${family} ${table}`;
  const looked = tables.get(key) ?? { family, table, devs: whole ? undefined : new Set<string>() };
  tables.set(key, looked);
  if (dev === undefined) looked.devs = undefined;
  else looked.devs?.add(dev);
  if (looked.devs && looked.devs.size > mostDevs) looked.devs = undefined;
}

/** The routes of what is looked at. */
export function observeTable(
  handle: PlaceHandle,
  { family, table, devs }: LookedTable,
  links: ReadonlyMap<string, { index: number }>,
  nameOf: Map<number, string>,
): RouteState[] {
  if (!devs) return observeRoutes(handle, family, table, nameOf);
  return [...devs].flatMap((dev) => observeRoutes(handle, family, table, nameOf, links.get(dev)!.index));
}

/** RTPROT_ZEBRA, _BIRD, _BGP …: of the numbers from 11 on only DHCP's (16) is no routing daemon's. */
function makerOf(protocol: number): RouteState['maker'] {
  if (protocol === RTPROT.KERNEL) return 'kernel';
  return protocol > 10 && protocol !== 16 ? 'daemon' : undefined;
}

/**
 * The routes of one table, or those of it that lead to the link of one index, the kernel's own included; a table that does not
 * exist has none.
 */
export function observeRoutes(
  handle: PlaceHandle,
  family: Family,
  table: number,
  nameOf: Map<number, string>,
  leadingTo?: number,
): RouteState[] {
  try {
    const dump = dumpRoutes(family, table, leadingTo === undefined ? {} : { index: leadingTo });
    const routes = handle.socket.dump(dump, decodeRoute).filter((route) => route.table === table);
    const unknown = new Set(routes.flatMap(({ index }) => (index === undefined || nameOf.has(index) ? [] : [index])));
    // One dump costs as much as some dozens of look-ups.
    if (unknown.size > 32) for (const { index, name } of observeNames(handle)) nameOf.set(index, name);
    return routes.map(({ index, protocol, ...told }) => {
      const maker = makerOf(protocol);
      const route = maker ? { ...told, maker } : told;
      if (index === undefined || route.type === 'unreachable') return route;
      return { ...route, dev: nameOf.get(index) ?? nameByIndex(handle, index) };
    });
  } catch (error) {
    // A table that was never written to does not exist.
    if (error instanceof NetlinkError && errnoName(error.errno) === 'ENOENT') return [];
    throw error;
  }
}
