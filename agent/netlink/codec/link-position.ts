/** Where a link is among others, of all the kernel tells of it: an ADD asks that of the links it builds upon and of what it has made. */
import { IFF, IFLA } from '../constants.ts';
import { parseAttributes, uint32 } from '../message.ts';

export interface LinkPosition {
  index: number;
  up: boolean;
  /** Index of the bridge or VRF it is enslaved to, 0 for none. */
  master: number;
  /** Index of a VLAN's parent or a veth's peer (the latter in the peer's namespace), 0 for none. */
  link: number;
}

/** Decodes the body of an RTM_NEWLINK message. */
export function decodePosition(body: Buffer): LinkPosition {
  const attributes = parseAttributes(body, 16);
  return {
    index: uint32(body, 4),
    up: (uint32(body, 8) & IFF.UP) !== 0,
    master: attributes.number(IFLA.MASTER) ?? 0,
    link: attributes.number(IFLA.LINK) ?? 0,
  };
}
