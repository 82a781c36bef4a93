/** What evidence needs to know beyond CHECK: on-link networks, routes to an interface, neighbours. */
import { decodeNeighbour, dumpNeighbours } from '../netlink/codec/neighbour.ts';
import { decodeRoute, dumpRoutes, type ObservedRoute } from '../netlink/codec/route.ts';
import { dumpRoutesTo } from '../netlink/codec/uses.ts';
import { RTPROT } from '../netlink/constants.ts';
import type { NeighbourEntry } from '../plan/evidence/claims.ts';
import type { NodeNetwork } from '../plan/evidence/statement.ts';
import type { RouteState } from '../plan/observed.ts';
import type { PlaceHandle } from './place.ts';

const families = [4, 6] as const;
const mainTable = 254;

/** The networks that the main table reaches without a next hop, by interfaces of these `names`; the kernel's own routes alone, of which there are few. */
export function observeNetworks({ socket }: PlaceHandle, names: ReadonlyMap<number, string>): NodeNetwork[] {
  return families
    .flatMap((family) => socket.dump(dumpRoutes(family, mainTable, { protocol: RTPROT.KERNEL }), decodeRoute))
    .flatMap(({ type, table, to, via, index }) => {
      const dev = index === undefined ? undefined : names.get(index);
      const isNetwork = type === 'unicast' && table === mainTable && via === undefined && !/^(fe80:|ff)/.test(to);
      return isNetwork && dev !== undefined ? [{ to, dev }] : [];
    });
}

/** The routes of every table that lead to one link; none when there is no such link. */
export function observeRoutesTo(handle: PlaceHandle, dev: string): RouteState[] {
  const index = handle.link(dev)?.index;
  if (index === undefined) return [];
  const all = families.flatMap((family) => handle.socket.dump(dumpRoutesTo(family, index), decodeRoute));
  return all.filter((route) => route.index === index).map((route) => stateOf(route, dev));
}

function stateOf({ index: _, protocol: __, ...route }: ObservedRoute, dev: string): RouteState {
  return { ...route, dev };
}

/** The ARP and neighbour entries of one link; none when there is no such link. */
export function observeNeighbours(handle: PlaceHandle, dev: string): NeighbourEntry[] {
  const index = handle.link(dev)?.index;
  if (index === undefined) return [];
  return handle.socket.dump(dumpNeighbours(index), decodeNeighbour).flatMap((entry) => {
    if (entry?.index !== index) return [];
    return [{ address: entry.address, mac: entry.mac, dev }];
  });
}
