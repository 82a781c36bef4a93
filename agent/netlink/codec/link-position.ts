/** Where a link is among others, of all the kernel tells of it: an ADD asks that of the links it builds upon and of what it has made. */
import { IFF, IFLA } from '../constants.ts';

export interface LinkPosition {
  index: number;
  up: boolean;
  /** Index of the bridge or VRF it is enslaved to, 0 for none. */
  master: number;
  /** Index of a VLAN's parent or a veth's peer (the latter in the peer's namespace), 0 for none. */
  link: number;
}

/** Decodes the body of an RTM_NEWLINK message. Throws a RangeError when its fixed part or an attribute is cut short. */
export function decodePosition(body: Buffer): LinkPosition {
  if (body.length < 16) throw new RangeError(`netlink message of ${body.length} bytes lacks its fixed part of 16`);
  const position = { index: body.readInt32LE(4), up: (body.readUInt32LE(8) & IFF.UP) !== 0, master: 0, link: 0 };
  for (let at = 16; at + 4 <= body.length; ) {
    const length = body.readUInt16LE(at);
    if (length < 4 || at + length > body.length) {
      throw new RangeError(`netlink attribute at byte ${at} claims ${length} of ${body.length - at} bytes`);
    }
    const type = body.readUInt16LE(at + 2);
    if (type === IFLA.MASTER) position.master = body.readUInt32LE(at + 4);
    if (type === IFLA.LINK) position.link = body.readUInt32LE(at + 4);
    at += (length + 3) & ~3;
  }
  return position;
}
