/** iproute2 as an oracle: its requests, as strace saw them leave, say what ours must say. */
import { expect } from '@jest/globals';
import { IFLA_INFO, NLM_F, RTM } from '../constants.ts';
import { type Attribute, encodeMessage, type Message, parseAttributes, splitMessages } from '../message.ts';

type Tree = { [type: number]: string | Tree };

/** Hexadecimal digits with whatever space between them, as bytes. */
export function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');
}

/** The fixed part of a message, as bytes. */
export function headerOf({ header }: Pick<Message, 'header'>): Buffer {
  return encodeMessage({ type: 0, flags: 0, header, attributes: [] }, 0, 0).subarray(16);
}

/** Attributes without their order and their NLA_F_NESTED flags; what is nested is told by `like`. */
function tree(body: Buffer, offset: number, like: readonly Attribute[]): Tree {
  const inner = new Map(like);
  const attributes = parseAttributes(body, offset);
  const entries = attributes.types.map((type): [number, string | Tree] => {
    const value = attributes.get(type)!;
    const own = inner.get(type);
    if (Array.isArray(own)) return [type, tree(value, 0, own)];
    // iproute2 ends a link's kind without a NUL, which the kernel does not ask for.
    const kind = offset === 0 && type === IFLA_INFO.KIND && /^[a-z]+$/.test(value.toString('latin1'));
    return [type, `${value.toString('hex')}${kind ? '00' : ''}`];
  });
  return Object.fromEntries(entries);
}

/** The narrow fields of old headers, as the attributes that have taken their place. */
function widened(type: number, header: Buffer, attributes: Tree): { header: string; attributes: Tree } {
  const place = { [RTM.NEWADDR]: [2, 8], [RTM.NEWROUTE]: [4, 15], [RTM.NEWRULE]: [4, 15] }[type];
  if (!place) return { header: header.toString('hex'), attributes };
  const [at, attribute] = place as [number, number];
  const copy = Buffer.from(header);
  const old = copy[at]!;
  copy[at] = 0;
  return {
    header: copy.toString('hex'),
    attributes:
      old === 0 || attribute in attributes
        ? attributes
        : { ...attributes, [attribute]: `${bytes(old.toString(16).padStart(2, '0')).toString('hex')}000000` },
  };
}

/**
 * Asserts that `ours` asks for the same as iproute2's request `theirs`. `beyond` are top-level attributes of
 * theirs that say nothing.
 */
export function expectSameRequest(ours: Message, theirs: string, beyond: readonly number[] = []): void {
  const read = (datagram: Buffer) => {
    const [message] = splitMessages(datagram);
    const { type, flags, body } = message!;
    const fixed = headerOf(ours).length;
    const told = widened(type, body.subarray(0, fixed), tree(body, fixed, ours.attributes));
    return { type, flags: flags & ~(NLM_F.REQUEST | NLM_F.ECHO | 0x4), ...told };
  };
  const expected = read(bytes(theirs));
  for (const type of beyond) delete expected.attributes[type];
  expect(read(encodeMessage(ours, 1, NLM_F.REQUEST))).toEqual(expected);
}
