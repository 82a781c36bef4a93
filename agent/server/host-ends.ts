/** The host ends that the kernel has: one dump a namespace, not one look-up an attachment. */
import { dumpLinks } from '../netlink/codec/link.ts';
import { decodeLinkLabel, type LinkLabel } from '../netlink/codec/link-label.ts';
import { type NodeVrf, vrfPlace } from '../plan/desired.ts';
import type { Place } from '../plan/kernel-object.ts';
import { hostEndName, isOurs } from '../plan/names.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { Node } from './node.ts';

/** Links named like host ends, by name; `error` when the place exists and cannot be looked into. */
export type HostEnds =
  | { links: ReadonlyMap<string, LinkLabel>; error?: undefined }
  | { links?: undefined; error: Error };

/** Looks into each place once. In a namespace that does not exist there is nothing. */
export function lookForHostEnds(node: Node, places: Iterable<Place>): ReadonlyMap<Place, HostEnds> {
  return new Map([...new Set(places)].map((place) => [place, hostEndsIn(node, place)]));
}

function hostEndsIn(node: Node, place: Place): HostEnds {
  try {
    const named = node.lookup(place)?.socket.dump(dumpLinks(), (body) => decodeLinkLabel(body, isNamedLikeOurs)) ?? [];
    const links = named.filter((link) => link?.kind === 'veth') as LinkLabel[];
    return { links: new Map(links.map((link) => [link.name, link])) };
  } catch (error) {
    return { error: error as Error };
  }
}

/** As {@link hostEndName} makes them; the uplinks' own devices are called otherwise. */
function isNamedLikeOurs(name: string): boolean {
  return /^mv[0-9a-f]{12}$/.test(name);
}

/** Where attachments of these VRFs, and any whose VRF was lost, may have their host ends. */
export function placesOf(vrfs: Iterable<Pick<NodeVrf, 'name' | 'backend'>>): Set<Place> {
  return new Set<Place>(['node', ...[...vrfs].map(vrfPlace)]);
}

/**
 * Whether a link is the host end of a record. It gets our mark a moment after its birth; an agent that was killed in
 * between has left it nameable only by what it is called, which follows from container and interface.
 */
export function isHostEndOf({ owner, attachment }: AttachmentRecord, { name, kind, alias }: LinkLabel): boolean {
  if (isOurs(alias)) return true;
  return (
    alias === undefined &&
    kind === 'veth' &&
    name === attachment.hostEnd &&
    name === hostEndName(owner.containerId, owner.interface)
  );
}
