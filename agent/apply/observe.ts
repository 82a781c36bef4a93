/** Reads from the kernel what a desired state is to be compared with, and no more: dumps grow with the node. */
import { decodeAddress, dumpAddresses } from '../netlink/codec/address.ts';
import { decodeFdb, getFdb } from '../netlink/codec/fdb.ts';
import { getLink } from '../netlink/codec/link.ts';
import { decodeLink, type ObservedLink } from '../netlink/codec/link-decode.ts';
import { decodeRule, dumpRules } from '../netlink/codec/rule.ts';
import { NetlinkError } from '../netlink/socket.ts';
import { errnoName } from '../netlink/sys/libc.ts';
import type { Family, FdbEntry, Filter, KernelObject, Place } from '../plan/kernel-object.ts';
import type { LinkState, Observed, PlaceState, RuleState } from '../plan/observed.ts';
import { nameByIndex } from './link-names.ts';
import { linkState } from './link-state.ts';
import { observeFilters } from './observe-filters.ts';
import { type LookedTable, lookAt, observeTable } from './observe-routes.ts';
import { observeSysctls } from './observe-sysctls.ts';
import type { PlaceHandle } from './place.ts';

/** The places that exist; undefined for a VRF's namespace that does not. */
export type Lookup = (place: Place) => PlaceHandle | undefined;

/** What of a pod has been looked at already. */
export interface Seen {
  /** All of them, by name. */
  links: ReadonlyMap<string, ObservedLink>;
  /** In the kernel's order, of both families. */
  rules: readonly RuleState[];
  /** Those that a rule or a VRF device refers to; in any other there is nothing. */
  tables: ReadonlySet<number>;
}

/** The state of every place that `desired` speaks of, as far as it speaks of it. */
export function observe(desired: readonly KernelObject[], lookup: Lookup, pod?: Seen): Observed {
  return look(desired, lookup, { ...(pod ? { pod } : {}) });
}

/** The same, and what others may have added: addresses of every interface, rules wherever there are routes, sysctls told by netlink. */
export function examine(desired: readonly KernelObject[], lookup: Lookup): Observed {
  return look(desired, lookup, { thorough: true });
}

interface How {
  pod?: Seen;
  thorough?: boolean;
}

function look(desired: readonly KernelObject[], lookup: Lookup, { pod, thorough }: How): Observed {
  const observed = new Map<Place, PlaceState>();
  for (const [place, here] of byPlace(desired)) {
    const handle = lookup(place);
    if (handle) observed.set(place, observePlace(handle, here, { thorough, pod: place === 'pod' ? pod : undefined }));
  }
  return observed;
}

/** A link that moves concerns the place that it comes from as well. */
function byPlace(desired: readonly KernelObject[]): Map<Place, KernelObject[]> {
  const places = new Map<Place, KernelObject[]>();
  for (const object of desired) {
    for (const place of object.object === 'moved-link' ? new Set([object.in, object.from]) : [object.in]) {
      const here = places.get(place);
      if (here) here.push(object);
      else places.set(place, [object]);
    }
  }
  return places;
}

function observePlace(handle: PlaceHandle, desired: readonly KernelObject[], { pod: seen, thorough }: How): PlaceState {
  const links = seen?.links ?? observeLinks(handle, desired);
  const nameOf = namesByIndex(links);
  const { addressed, forwarded, directions, tables, families, paths } = worthLooking(desired, links, thorough);
  return {
    links: new Map([...links].map(([name, link]) => [name, linkState(link, masterOf(handle, link, nameOf))])),
    addresses: new Map([...addressed].map((dev) => [dev, observeAddresses(handle, links.get(dev)!.index)])),
    routes: [...tables.values()]
      .filter(({ table }) => seen?.tables.has(table) ?? true)
      .flatMap((looked) => observeTable(handle, looked, links, nameOf)),
    rules: seen?.rules ?? [...families].flatMap((family) => handle.socket.dump(dumpRules(family), decodeRule)),
    fdb: observeFdb(handle, forwarded, links),
    filters: new Map(
      [...directions].map(([key, { dev, direction }]) => [
        key,
        observeFilters(handle, links.get(dev)!.index, direction, nameOf),
      ]),
    ),
    sysctls: handle.entry === 'never' && !thorough ? new Map() : observeSysctls(handle, paths),
  };
}

/** Where there may be something of what is desired. What lives on a link that is not there needs no look. */
function worthLooking(
  desired: readonly KernelObject[],
  links: ReadonlyMap<string, ObservedLink>,
  thorough: boolean | undefined,
) {
  const addressed = new Set<string>();
  const forwarded: FdbEntry[] = [];
  const families = new Set<Family>();
  const paths: string[] = [];
  const directions = new Map<string, Filter>();
  const tables = new Map<string, LookedTable>();
  for (const object of desired) {
    if ('dev' in object && object.dev !== undefined && !links.has(object.dev)) continue;
    switch (object.object) {
      case 'address':
        addressed.add(object.dev);
        break;
      case 'link-settings':
        if (thorough) addressed.add(object.dev);
        break;
      case 'fdb':
        forwarded.push(object);
        break;
      case 'filter':
        directions.set(`${object.dev} ${object.direction}`, object);
        break;
      case 'route':
        lookAt(tables, object, thorough === true);
        if (thorough) families.add(object.family);
        break;
      case 'rule':
      case 'local-rule':
        families.add(object.family);
        break;
      case 'sysctl':
        paths.push(object.path);
        break;
    }
  }
  return { addressed, forwarded, directions, tables, families, paths };
}

function observeLinks(handle: PlaceHandle, desired: readonly KernelObject[]): Map<string, ObservedLink> {
  const list = namedLinks(handle, desired);
  for (const { name, index } of list) handle.remember(name, index);
  return new Map(list.map((link) => [link.name, link]));
}

function namedLinks(handle: PlaceHandle, desired: readonly KernelObject[]): ObservedLink[] {
  const names = new Set<string>();
  for (const object of desired) {
    if ('dev' in object && object.dev !== undefined) names.add(object.dev);
    if (object.object === 'link' || object.object === 'moved-link') names.add(object.name);
    if (object.object === 'namespace') names.add('lo');
    if (object.object === 'filter' && object.divert) names.add(object.divert.to);
    if ((object.object === 'link-settings' || (object.object === 'link' && object.kind === 'veth')) && object.master) {
      names.add(object.master);
    }
  }
  const outcomes = handle.socket.transact([...names].map((name) => getLink({ name })));
  return outcomes.flatMap(({ errno, echo }) => (errno === 0 && echo[0] ? [decodeLink(echo[0].body)] : []));
}

function namesByIndex(links: ReadonlyMap<string, ObservedLink>): Map<number, string> {
  return new Map([...links.values()].map(({ index, name }) => [index, name]));
}

function masterOf(handle: PlaceHandle, { master }: ObservedLink, nameOf: Map<number, string>): string {
  return master === 0 ? '' : (nameOf.get(master) ?? nameByIndex(handle, master));
}

/** One link, with its master's name; undefined when there is none of that name. */
export function observeLink(handle: PlaceHandle, name: string): LinkState | undefined {
  const link = handle.link(name);
  return link && linkState(link, masterOf(handle, link, new Map()));
}

/** The addresses of one link beyond link-local ones, with prefix length. */
export function observeAddressesOf(handle: PlaceHandle, name: string): string[] {
  const index = handle.link(name)?.index;
  if (index === undefined) return [];
  const all = handle.socket.dump(dumpAddresses(index), decodeAddress);
  return all.filter((address) => address.index === index && address.scope === 'global').map(({ address }) => address);
}

function observeAddresses(handle: PlaceHandle, index: number): Set<string> {
  const all = handle.socket.dump(dumpAddresses(index), decodeAddress);
  return new Set(all.filter((address) => address.index === index).map(({ address }) => address));
}

/** No such entry; a link that is no port of a bridge; none at all any more. */
const isNotThere: ReadonlySet<string> = new Set(['ENOENT', 'EINVAL', 'ENODEV']);

/** By port, the MACs of `wanted` whose entry leads to it, and stays there. */
function observeFdb(
  handle: PlaceHandle,
  wanted: readonly FdbEntry[],
  links: ReadonlyMap<string, ObservedLink>,
): Map<string, Set<string>> {
  const ports = wanted.map(({ dev }) => links.get(dev)!.index);
  const outcomes = handle.socket.transact(wanted.map(({ mac }, i) => getFdb(ports[i]!, mac)));
  const found = new Map<string, Set<string>>();
  for (const [i, { errno, reason, echo }] of outcomes.entries()) {
    const { dev, mac } = wanted[i]!;
    const entry = errno === 0 && echo[0] ? decodeFdb(echo[0].body) : undefined;
    if (!entry && !isNotThere.has(errnoName(errno))) throw new NetlinkError(errno, reason);
    if (entry?.sticky && entry.port === ports[i]) found.set(dev, (found.get(dev) ?? new Set()).add(mac));
  }
  return found;
}
