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

/** More than the kernel takes in one datagram (net.core.wmem_default, 208 KiB). */
const scratch = Buffer.alloc(512 * 1024);
/** The same by the word: whatever is written begins at a multiple of four. */
const words = new Uint32Array(scratch.buffer, scratch.byteOffset, scratch.length / 4);

function writeWords(at: number, values: readonly number[]): number {
  let index = at >> 2;
  for (let i = 0; i < values.length; i++) words[index++] = values[i]!;
  return index << 2;
}

function isNested(value: Attribute[1]): value is readonly Attribute[] {
  return Array.isArray(value);
}

/** Writes text without its NUL. Names are short and ASCII: Buffer's own way is five calls for each. */
function writeText(at: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return at + scratch.write(text, at, 'utf8');
    scratch[at + i] = code;
  }
  return at + text.length;
}

/** Returns where the value ends; what is missing to a multiple of four is filled up behind it. */
function writeValue(at: number, value: string | Uint8Array | Short | Structure): number {
  if (typeof value === 'string') {
    const end = writeText(at, value);
    scratch[end] = 0;
    return padded(end + 1);
  }
  if (value instanceof Uint8Array) {
    scratch.set(value, at);
    return padded(at + value.length);
  }
  if ('bytes' in value) {
    words[at >> 2] = value.value;
    return at + value.bytes;
  }
  return writeAttributes(writeWords(at, value.header), value.attributes);
}

function padded(end: number): number {
  for (let at = end; (at & 3) !== 0; at++) scratch[at] = 0;
  return end;
}

/**
 * Writes attributes from `offset` on, each one's length and type last, and returns where they end. By index, and numbers
 * without asking further: each of an ADD's 180 attributes comes by here, and nearly half of them are numbers.
 */
function writeAttributes(offset: number, attributes: readonly Attribute[]): number {
  let at = offset;
  for (let i = 0; i < attributes.length; i++) {
    const attribute = attributes[i]!;
    const type = attribute[0];
    const value = attribute[1];
    const index = at >> 2;
    if (typeof value === 'number') {
      words[index] = 8 | (type << 16);
      words[index + 1] = value;
      at += 8;
    } else if (isNested(value)) {
      const end = writeAttributes(at + 4, value);
      words[index] = (end - at) | ((type | NLA_F_NESTED) << 16);
      at = end;
    } else {
      const end = writeValue(at + 4, value);
      words[index] = (end - at) | (type << 16);
      at = (end + 3) & ~3;
    }
  }
  return at;
}

/** struct nlmsghdr: u32 length, u16 type, u16 flags, u32 sequence, u32 port; then the message. */
function writeMessage(offset: number, message: Message, sequence: number, flags: number): number {
  const end = writeAttributes(writeWords(offset + headerLength, message.header), message.attributes);
  const index = offset >> 2;
  words[index] = end - offset;
  words[index + 1] = message.type | ((message.flags | flags) << 16);
  words[index + 2] = sequence;
  words[index + 3] = 0;
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
  for (let i = 0; i < messages.length; i++) {
    const own = i === messages.length - 1 ? flags | lastFlags : flags;
    end = writeMessage(end, messages[i]!, first + i, own);
  }
  return scratch.subarray(0, end);
}

/** A message as the kernel sent it; `body` begins behind the netlink header. */
export interface Received {
  type: number;
  flags: number;
  sequence: number;
  body: Buffer;
}

/** A number of 32 bits. Buffer's own ways are four calls for each, and an ADD reads hundreds. */
export function uint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** Splits a datagram, the first `size` bytes, into its messages; what is shorter than it says is an error, not the end. */
export function splitMessages(datagram: Buffer, size = datagram.length): Received[] {
  const messages: Received[] = [];
  let offset = 0;
  while (offset + headerLength <= size) {
    const length = uint32(datagram, offset);
    if (length < headerLength || offset + length > size) {
      throw new RangeError(`netlink message at byte ${offset} claims ${length} of ${size - offset} bytes`);
    }
    const kind = uint32(datagram, offset + 4);
    messages.push({
      type: kind & 0xffff,
      flags: kind >>> 16,
      sequence: uint32(datagram, offset + 8),
      body: datagram.subarray(offset + headerLength, offset + length),
    });
    offset += (length + 3) & ~3;
  }
  return messages;
}

/** Attributes as received, by type. Of most nobody asks: a value is cut out when somebody does. */
export class Attributes {
  readonly #bytes: Buffer;
  readonly #types: number[] = [];
  readonly #offsets: number[] = [];

  /** Those in `bytes` from `offset` to `end`. Throws a RangeError when the fixed part before or an attribute is cut short. */
  constructor(bytes: Buffer, offset: number, end: number) {
    if (offset > end) throw new RangeError(`netlink message of ${end} bytes lacks its fixed part of ${offset}`);
    this.#bytes = bytes;
    const types = this.#types;
    const offsets = this.#offsets;
    for (let at = offset; at + 4 <= end; ) {
      const length = bytes[at]! | (bytes[at + 1]! << 8);
      if (length < 4 || at + length > end) {
        throw new RangeError(`netlink attribute at byte ${at} claims ${length} of ${end - at} bytes`);
      }
      // The two highest bits say "nested" and "network byte order".
      types.push(bytes[at + 2]! | ((bytes[at + 3]! & 0x3f) << 8));
      offsets.push(at);
      at += (length + 3) & ~3;
    }
  }

  /** The types there are, in the kernel's order. */
  get types(): readonly number[] {
    return this.#types;
  }

  has(type: number): boolean {
    return this.#types.includes(type);
  }

  /** Where the last attribute of a type begins; -1 when there is none. */
  #find(type: number): number {
    const which = this.#types.lastIndexOf(type);
    // To V8 an array's element -1 is a property of that name, which it looks for at length.
    return which < 0 ? -1 : this.#offsets[which]!;
  }

  /** Where the attribute that begins there ends. */
  #end(at: number): number {
    return at + (uint32(this.#bytes, at) & 0xffff);
  }

  /** The value of the last attribute of a type. */
  get(type: number): Buffer | undefined {
    const at = this.#find(type);
    return at < 0 ? undefined : this.#bytes.subarray(at + 4, this.#end(at));
  }

  /** Its first byte; undefined where it has none. */
  byte(type: number): number | undefined {
    const at = this.#find(type);
    return at < 0 || this.#end(at) === at + 4 ? undefined : this.#bytes[at + 4];
  }

  /** The same as a number of 32 bits, or its first ones. Throws a RangeError where there are fewer. */
  number(type: number): number | undefined {
    const at = this.#find(type);
    if (at < 0) return undefined;
    const length = this.#end(at) - at - 4;
    if (length < 4) throw new RangeError(`netlink attribute ${type} has ${length} bytes, not the 4 of a number`);
    return uint32(this.#bytes, at + 4);
  }

  /** The same as attributes. Throws like {@link parseAttributes}. */
  nested(type: number): Attributes | undefined {
    const at = this.#find(type);
    return at < 0 ? undefined : new Attributes(this.#bytes, at + 4, this.#end(at));
  }

  /** The same as text up to its NUL. */
  text(type: number): string | undefined {
    const at = this.#find(type);
    if (at < 0) return undefined;
    const end = this.#end(at);
    const nul = this.#bytes.indexOf(0, at + 4);
    return this.#bytes.toString('utf8', at + 4, nul < 0 ? end : Math.min(nul, end));
  }
}

/** The attributes in `bytes` from `offset`. Throws like {@link Attributes}. */
export function parseAttributes(bytes: Buffer, offset = 0): Attributes {
  return new Attributes(bytes, offset, bytes.length);
}

/** Text up to its NUL. */
export function parseText(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}
