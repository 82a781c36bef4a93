/** Netlink messages and attributes as bytes (linux/netlink.h; host byte order, which is little endian here). */

/** A number of fewer than 32 bits. */
interface Short {
  bytes: 1 | 2;
  value: number;
}

/** A structure that begins with fixed fields, as the other end of a veth pair: words of 32 bits. */
interface Structure {
  header: readonly number[];
  attributes: readonly Attribute[];
}

/**
 * An attribute: a type, and a number (of 32 bits where nothing else is said), text (a NUL is added), bytes, nested attributes,
 * or a structure.
 */
export type Attribute = readonly [
  type: number,
  value: number | Short | string | Uint8Array | readonly Attribute[] | Structure,
];

/**
 * A request before it gets its sequence number. `header` is the family's fixed part (ifinfomsg, rtmsg, …), word by word.
 * Nothing here is bytes yet where it need not be: an ADD has 500 fields, and an object for each costs more than all else.
 */
export interface Message extends Structure {
  type: number;
  /** NLM_F_* beyond REQUEST and ACK, which the socket adds. */
  flags: number;
}

const headerLength = 16;
/** Newer kernels refuse a nested attribute that does not say so. */
const NLA_F_NESTED = 0x8000;
const align = (length: number) => (length + 3) & ~3;

export function u8(value: number): Short {
  return { bytes: 1, value };
}
export function u16(value: number): Short {
  return { bytes: 2, value };
}
/** Four fields of a byte each as a word of a header. */
export function word(first: number, second = 0, third = 0, fourth = 0): number {
  return first | (second << 8) | (third << 16) | (fourth << 24);
}
export function macBytes(mac: string): Uint8Array {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}
export function macText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** More than the kernel takes in one datagram (net.core.wmem_default, 208 KiB). */
const scratch = Buffer.alloc(512 * 1024);
/** The same by the word: whatever is written begins at a multiple of four. */
const words = new Uint32Array(scratch.buffer, scratch.byteOffset, scratch.length / 4);

function writeWords(at: number, values: readonly number[]): number {
  let index = at >> 2;
  for (const value of values) words[index++] = value;
  return index << 2;
}

function isNested(value: Attribute[1]): value is readonly Attribute[] {
  return Array.isArray(value);
}

/** Returns where the value ends, without padding. */
function writeValue(at: number, value: Attribute[1]): number {
  if (typeof value === 'number') {
    words[at >> 2] = value;
    return at + 4;
  }
  if (typeof value === 'string') {
    const end = at + scratch.write(value, at, 'utf8');
    scratch[end] = 0;
    return end + 1;
  }
  if (isNested(value)) return writeAttributes(at, value);
  if (value instanceof Uint8Array) {
    scratch.set(value, at);
    return at + value.length;
  }
  if ('bytes' in value) {
    words[at >> 2] = value.value;
    return at + value.bytes;
  }
  return writeAttributes(writeWords(at, value.header), value.attributes);
}

/** Writes attributes from `offset` on, each one's length and type last, and returns where they end. */
function writeAttributes(offset: number, attributes: readonly Attribute[]): number {
  let at = offset;
  for (const [type, value] of attributes) {
    const end = writeValue(at + 4, value);
    words[at >> 2] = (end - at) | ((isNested(value) ? type | NLA_F_NESTED : type) << 16);
    at = pad(end);
  }
  return at;
}

/** Fills up to a multiple of four. */
function pad(end: number): number {
  let at = end;
  while (at !== align(end)) scratch[at++] = 0;
  return at;
}

/** struct nlmsghdr: u32 length, u16 type, u16 flags, u32 sequence, u32 port; then the message. */
function writeMessage(offset: number, message: Message, sequence: number, flags: number): number {
  const end = writeAttributes(writeWords(offset + headerLength, message.header), message.attributes);
  writeWords(offset, [end - offset, message.type | ((message.flags | flags) << 16), sequence, 0]);
  return end;
}

/** One message's bytes; its length is a multiple of four, so that messages can be joined into a batch. */
export function encodeMessage(message: Message, sequence: number, flags: number): Buffer {
  return Buffer.from(scratch.subarray(0, writeMessage(0, message, sequence, flags)));
}

/**
 * Messages with consecutive sequence numbers from `first`, joined, with `flags` on all and `lastFlags` on the last
 * as well; valid until the next message is encoded.
 */
export function encodeBatch(messages: readonly Message[], first: number, flags: number, lastFlags = 0): Buffer {
  let end = 0;
  messages.forEach((message, i) => {
    const own = i === messages.length - 1 ? flags | lastFlags : flags;
    end = writeMessage(end, message, first + i, own);
  });
  return scratch.subarray(0, end);
}

/** A message as the kernel sent it; `body` begins behind the netlink header. */
export interface Received {
  type: number;
  flags: number;
  sequence: number;
  body: Buffer;
}

/** Splits a datagram into its messages; what is shorter than it says is an error, not the end. */
export function splitMessages(datagram: Buffer): Received[] {
  const messages: Received[] = [];
  let offset = 0;
  while (offset + headerLength <= datagram.length) {
    const length = datagram.readUInt32LE(offset);
    if (length < headerLength || offset + length > datagram.length) {
      throw new RangeError(`netlink message at byte ${offset} claims ${length} of ${datagram.length - offset} bytes`);
    }
    messages.push({
      type: datagram.readUInt16LE(offset + 4),
      flags: datagram.readUInt16LE(offset + 6),
      sequence: datagram.readUInt32LE(offset + 8),
      body: datagram.subarray(offset + headerLength, offset + length),
    });
    offset += align(length);
  }
  return messages;
}

/** Attributes as received, by type. Of most nobody asks: a value is cut out when somebody does. */
export class Attributes {
  readonly #bytes: Buffer;
  readonly #types: number[] = [];
  readonly #offsets: number[] = [];

  /** Throws a RangeError when the fixed part before `offset` or an attribute is cut short. */
  constructor(bytes: Buffer, offset: number) {
    if (offset > bytes.length)
      throw new RangeError(`netlink message of ${bytes.length} bytes lacks its fixed part of ${offset}`);
    this.#bytes = bytes;
    for (let at = offset; at + 4 <= bytes.length; ) {
      const length = bytes.readUInt16LE(at);
      if (length < 4 || at + length > bytes.length) {
        throw new RangeError(`netlink attribute at byte ${at} claims ${length} of ${bytes.length - at} bytes`);
      }
      // The two highest bits say "nested" and "network byte order".
      this.#types.push(bytes.readUInt16LE(at + 2) & 0x3fff);
      this.#offsets.push(at);
      at += align(length);
    }
  }

  /** The types there are, in the kernel's order. */
  get types(): readonly number[] {
    return this.#types;
  }

  has(type: number): boolean {
    return this.#types.includes(type);
  }

  /** The value of the last attribute of a type. */
  get(type: number): Buffer | undefined {
    const at = this.#offsets[this.#types.lastIndexOf(type)];
    return at === undefined ? undefined : this.#bytes.subarray(at + 4, at + this.#bytes.readUInt16LE(at));
  }
}

/** The attributes in `bytes` from `offset`. Throws like {@link Attributes}. */
export function parseAttributes(bytes: Buffer, offset = 0): Attributes {
  return new Attributes(bytes, offset);
}

/** Text up to its NUL. */
export function parseText(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}
