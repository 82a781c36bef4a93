/** What a link is called, of all the kernel tells of it: for looks at every link of a node, of which most are others'. */
import { IFLA, IFLA_INFO } from '../constants.ts';
import { parseText } from '../message.ts';

export interface LinkLabel {
  index: number;
  name: string;
  alias: string | undefined;
  /** `veth`, `bridge`, …; undefined for hardware and loopback. */
  kind: string | undefined;
}

/** Decodes the body of an RTM_NEWLINK message; undefined for a link whose name `wanted` does not take. */
export function decodeLinkLabel(body: Buffer, wanted: (name: string) => boolean): LinkLabel | undefined {
  const name = text(body, IFLA.IFNAME, 16) ?? '';
  if (!wanted(name)) return undefined;
  const info = find(body, IFLA.LINKINFO, 16);
  return {
    index: body.readInt32LE(4),
    name,
    alias: text(body, IFLA.IFALIAS, 16),
    kind: info && text(info, IFLA_INFO.KIND, 0),
  };
}

function text(bytes: Buffer, type: number, offset: number): string | undefined {
  const value = find(bytes, type, offset);
  return value && parseText(value);
}

/** The first attribute of a type, without a view of each one before it. */
function find(bytes: Buffer, type: number, offset: number): Buffer | undefined {
  for (let at = offset; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4 || at + length > bytes.length) return undefined;
    if ((bytes.readUInt16LE(at + 2) & 0x3fff) === type) return bytes.subarray(at + 4, at + length);
    at += (length + 3) & ~3;
  }
  return undefined;
}
