/** Entries of a bridge's forwarding database (linux/neighbour.h; man 8 bridge, "fdb"). */
import { macBytes, macText } from '../../../common/macs.ts';
import { AF, NDA, NLM_F, NTF, NUD_NOARP, RTM } from '../constants.ts';
import { type Message, parseAttributes } from '../message.ts';
import { ndmsg } from './neighbour.ts';

/** A static entry; sticky, since without it a frame with that source on another port moves the entry there. */
export function addFdb(port: number, mac: string): Message {
  return {
    type: RTM.NEWNEIGH,
    flags: NLM_F.CREATE | NLM_F.REPLACE,
    header: ndmsg(AF.BRIDGE, port, NUD_NOARP, NTF.MASTER | NTF.STICKY),
    attributes: [[NDA.LLADDR, macBytes(mac)]],
  };
}

export function deleteFdb(port: number, mac: string): Message {
  return {
    type: RTM.DELNEIGH,
    flags: 0,
    header: ndmsg(AF.BRIDGE, port, 0, NTF.MASTER),
    attributes: [[NDA.LLADDR, macBytes(mac)]],
  };
}

/**
 * The entry that the bridge of this port has for a MAC, on whichever port (`rtnl_fdb_get`, Linux 5.0). For a dump of one port
 * the kernel looks at the entries of all.
 */
export function getFdb(port: number, mac: string): Message {
  return {
    type: RTM.GETNEIGH,
    flags: 0,
    header: ndmsg(AF.BRIDGE, port),
    attributes: [[NDA.LLADDR, macBytes(mac)]],
  };
}

export interface ObservedFdb {
  port: number;
  mac: string;
  sticky: boolean;
}

/** Decodes the body of an RTM_NEWNEIGH message of family AF_BRIDGE. */
export function decodeFdb(body: Buffer): ObservedFdb {
  const mac = parseAttributes(body, 12).get(NDA.LLADDR);
  return { port: body.readInt32LE(4), mac: mac ? macText(mac) : '', sticky: (body[10]! & NTF.STICKY) !== 0 };
}
