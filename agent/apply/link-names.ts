/** The names of links that are known by their index. */
import { dumpLinks, getLink } from '../netlink/codec/link.ts';
import { decodeLink } from '../netlink/codec/link-decode.ts';
import { decodeLinkLabel, type LinkLabel } from '../netlink/codec/link-label.ts';
import type { PlaceHandle } from './place.ts';

/** All of a place. */
export function observeNames(handle: PlaceHandle): LinkLabel[] {
  return handle.socket
    .dump(dumpLinks(), (body) => decodeLinkLabel(body, () => true))
    .filter((label) => label !== undefined);
}

/** `#INDEX` when there is none any more. */
export function nameByIndex(handle: PlaceHandle, index: number): string {
  const [answer] = handle.socket.transact([getLink({ index })]);
  const body = answer!.errno === 0 ? answer!.echo[0]?.body : undefined;
  return body ? decodeLink(body).name : `#${index}`;
}
