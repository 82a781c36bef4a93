/** A step as netlink messages: the one place where planner's vocabulary and wire format meet. */
import { CniCode, CniError } from '../../common/errors.ts';
import { addAddress, deleteAddress } from '../netlink/codec/address.ts';
import { addFdb, deleteFdb } from '../netlink/codec/fdb.ts';
import {
  allowPreference,
  decodePreference,
  deleteClsact,
  deleteDivert,
  deleteFilter,
  divertPreference,
  dropPreference,
  dumpFilters,
  setFilter,
} from '../netlink/codec/filter.ts';
import { createLink, deleteLink, type LinkContext, moveLink, setLink } from '../netlink/codec/link.ts';
import { addRoute, deleteRoute } from '../netlink/codec/route.ts';
import { addRule, deleteRule, moveLocalRule } from '../netlink/codec/rule.ts';
import type { Message } from '../netlink/message.ts';
import { missingUplink } from '../plan/diff.ts';
import type { Filter, Link, LinkSettings, Place } from '../plan/kernel-object.ts';
import type { WireStep, WireThing } from '../plan/step.ts';
import type { PlaceHandle } from './place.ts';

export type Places = (place: Place) => PlaceHandle;

function indexOf(handle: PlaceHandle, dev: string): number {
  const index = handle.index(dev);
  if (index !== undefined) return index;
  throw new CniError(
    CniCode.kernel,
    `interface ${dev} does not exist${handle.place === 'pod' ? ' in the pod' : ''}`,
    'it vanished while it was being used: try again',
  );
}

function linkContext(link: Link, places: Places): LinkContext {
  const here = places(link.in);
  if (link.kind === 'vlan') {
    const parent = places(link.parentIn).index(link.parent);
    if (parent === undefined) throw missingUplink(link.parent);
    return { parent, ...(link.parentIn === link.in ? {} : { netns: here.netns }) };
  }
  if (link.kind !== 'veth') return {};
  return {
    netns: places(link.peer.in).netns,
    ...(link.master === undefined ? {} : { master: indexOf(here, link.master) }),
  };
}

function settings(to: LinkSettings, handle: PlaceHandle): Message[] {
  const master = to.master === undefined ? undefined : to.master === '' ? 0 : indexOf(handle, to.master);
  return [setLink(indexOf(handle, to.dev), to, master)];
}

/** Throws a CniError when a link that a step needs is not there. */
export function encode(step: WireStep, places: Places): Message[] {
  switch (step.do) {
    case 'add':
      return add(step.object, places);
    case 'remove':
      return remove(step.object, places);
    case 'change':
      return settings(step.to, places(step.to.in));
    case 'replace':
      return replaceFilter(places(step.to.in), step.to, step.from);
    case 'move-local-rule':
      return moveLocalRule(step.to, step.from.priority);
  }
}

/** The place whose socket carries a step's messages: a link that moves or is born elsewhere is the exception. */
export function carrier(step: WireStep): Place {
  if (step.do === 'change' || step.do === 'replace' || step.do === 'move-local-rule') return step.to.in;
  const { object } = step;
  if (object.object === 'moved-link') return step.do === 'add' ? object.from : object.in;
  if (object.object === 'link' && object.kind === 'vlan' && step.do === 'add') return object.parentIn;
  return object.in;
}

function add(object: WireThing, places: Places): Message[] {
  const handle = places(object.in);
  switch (object.object) {
    case 'link':
      return [createLink(object, linkContext(object, places))];
    case 'moved-link':
      return [moveLink(indexOf(places(object.from), object.name), handle.netns)];
    case 'address':
      return [addAddress(indexOf(handle, object.dev), object)];
    case 'route':
      return [addRoute(object, object.dev === undefined ? undefined : indexOf(handle, object.dev))];
    case 'rule':
      return [addRule(object)];
    case 'fdb':
      return [addFdb(indexOf(handle, object.dev), object.mac)];
    case 'filter':
      return setFilter(indexOf(handle, object.dev), object, divertTo(handle, object));
  }
}

function remove(object: WireThing, places: Places): Message[] {
  const handle = places(object.in);
  switch (object.object) {
    case 'link':
      return [deleteLink(indexOf(handle, object.name))];
    case 'moved-link':
      return [moveLink(indexOf(handle, object.name), places(object.from).netns, object.wasUp ?? true)];
    case 'address':
      return [deleteAddress(indexOf(handle, object.dev), object)];
    case 'route':
      return [deleteRoute(object, object.dev === undefined ? undefined : indexOf(handle, object.dev))];
    case 'rule':
      return [deleteRule(object)];
    case 'fdb':
      return [deleteFdb(indexOf(handle, object.dev), object.mac)];
    case 'filter':
      return removeFilter(handle, object);
  }
}

function divertTo(handle: PlaceHandle, { divert }: Filter): number | undefined {
  return divert && handle.index(divert.to);
}

function replaceFilter(handle: PlaceHandle, to: Filter, from: Filter): Message[] {
  const index = indexOf(handle, to.dev);
  const target = divertTo(handle, to);
  const set = setFilter(index, to, target);
  return from.divert && target === undefined ? [...set, deleteDivert(index, to)] : set;
}

const ours: ReadonlySet<number> = new Set([divertPreference, allowPreference, dropPreference]);

/** Where ours are the interface's last filters, what holds them goes as well: it was made for them. */
function removeFilter(handle: PlaceHandle, filter: Filter): Message[] {
  const index = indexOf(handle, filter.dev);
  const preferencesOf = (direction: Filter['direction']) =>
    handle.socket.dump(dumpFilters(index, direction), decodePreference);
  const own = preferencesOf(filter.direction);
  const others = preferencesOf(filter.direction === 'ingress' ? 'egress' : 'ingress');
  if (others.length === 0 && own.every((preference) => ours.has(preference))) return [deleteClsact(index)];
  return [...(own.includes(divertPreference) ? [deleteDivert(index, filter)] : []), ...deleteFilter(index, filter)];
}
