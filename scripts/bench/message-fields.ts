/** Where in a netlink message stands what differs from one pod to the next: names and indexes of interfaces, descriptors. */
import { splitMessages } from '../../agent/netlink/message.ts';

const RTM = { NEWLINK: 16, NEWADDR: 20, NEWROUTE: 24, NEWNEIGH: 28, NEWQDISC: 36, NEWTFILTER: 44 } as const;
const [NLM_F_DUMP, NLM_F_CREATE] = [0x300, 0x400];
const [IFLA_IFNAME, IFLA_NET_NS_FD, RTA_OIF] = [3, 28, 4];
const headerLength = 16;

export interface Fields {
  /** Offsets of the index of the interface made in the namespace that the datagram is for. */
  own: number[];
  /** Offsets of the descriptor of the pod's namespace. */
  netns: number[];
  /** Offsets of the name of the pair's host end. */
  name: number[];
  /** Offset of the last message. */
  last: number;
}

/** Whether it asks for something (RTM_GET…, by rtnetlink's numbering), and changes nothing. */
export function isRequest(datagram: Buffer): boolean {
  return (datagram.readUInt16LE(4) & 3) === 2;
}

export function isDump(datagram: Buffer): boolean {
  return (datagram.readUInt16LE(6) & NLM_F_DUMP) === NLM_F_DUMP && isRequest(datagram);
}

/** Whether it makes the pod's pair of interfaces. */
export function isNewVeth(datagram: Buffer): boolean {
  return datagram.readUInt16LE(4) === RTM.NEWLINK && (datagram.readUInt16LE(6) & NLM_F_CREATE) !== 0;
}

export function fieldsOf(datagram: Buffer): Fields {
  const fields: Fields = { own: [], netns: [], name: [], last: 0 };
  let at = 0;
  for (const { type, body } of splitMessages(datagram)) {
    fields.last = at;
    const start = at + headerLength;
    if (isNewVeth(datagram)) {
      const attribute = body.indexOf(Buffer.from([8, 0, IFLA_NET_NS_FD, 0]));
      fields.netns.push(start + attribute + 4);
      const name = topLevel(body, 16, IFLA_IFNAME);
      if (name !== undefined) fields.name.push(start + name);
    } else if (type === RTM.NEWROUTE) {
      const output = topLevel(body, 12, RTA_OIF);
      if (output !== undefined) fields.own.push(start + output);
    } else if (carriesIndex(type, body)) fields.own.push(start + 4);
    at += (headerLength + body.length + 3) & ~3;
  }
  return fields;
}

/** ifinfomsg, ifaddrmsg, ndmsg and tcmsg have it as their second word. */
function carriesIndex(type: number, body: Buffer): boolean {
  const kinds: number[] = [RTM.NEWLINK, RTM.NEWADDR, RTM.NEWNEIGH, RTM.NEWQDISC, RTM.NEWTFILTER];
  return kinds.includes(type) && body.readInt32LE(4) !== 0;
}

function topLevel(body: Buffer, from: number, wanted: number): number | undefined {
  for (let at = from; at + 4 <= body.length; at += (body.readUInt16LE(at) + 3) & ~3) {
    if (body.readUInt16LE(at + 2) === wanted) return at + 4;
  }
  return undefined;
}
