/** Netlink messages and attributes as bytes (linux/netlink.h; host byte order, which is little endian here). */

/** An attribute: a type, and bytes or nested attributes. */
export type Attribute = readonly [type: number, value: Uint8Array | readonly Attribute[]];

/** A request before it gets its sequence number. `header` is the family's fixed part (ifinfomsg, rtmsg, …). */
export interface Message {
  type: number;
  /** NLM_F_* beyond REQUEST and ACK, which the socket adds. */
  flags: number;
  header: Uint8Array;
  attributes: readonly Attribute[];
}

const headerLength = 16;
/** Newer kernels refuse a nested attribute that does not say so. */
const NLA_F_NESTED = 0x8000;
const align = (length: number) => (length + 3) & ~3;

export function u8(value: number): Uint8Array {
  return Uint8Array.of(value);
}
export function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >>> 8);
}
export function u32(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24);
}
/** Text with its closing NUL, as interface names and kinds are sent. */
export function text(value: string): Uint8Array {
  return Buffer.from(`${value}\0`, 'utf8');
}
export function macBytes(mac: string): Uint8Array {
  return Uint8Array.from(mac.split(':'), (byte) => Number.parseInt(byte, 16));
}
export function macText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** Writes attributes from `offset` on, lengths last, and returns where they end. */
function writeAttributes(into: Buffer, offset: number, attributes: readonly Attribute[]): number {
  let at = offset;
  for (const [type, value] of attributes) {
    const plain = value instanceof Uint8Array;
    let end: number;
    if (plain) {
      into.set(value, at + 4);
      end = at + 4 + value.length;
    } else end = writeAttributes(into, at + 4, value);
    into.writeUInt16LE(end - at, at);
    into.writeUInt16LE(plain ? type : type | NLA_F_NESTED, at + 2);
    at = pad(into, end);
  }
  return at;
}

/** Fills up to a multiple of four. */
function pad(into: Buffer, end: number): number {
  const aligned = align(end);
  if (aligned !== end) into.fill(0, end, aligned);
  return aligned;
}

function writeMessage(into: Buffer, offset: number, message: Message, sequence: number, flags: number): number {
  into.set(message.header, offset + headerLength);
  const end = writeAttributes(into, pad(into, offset + headerLength + message.header.length), message.attributes);
  into.writeUInt32LE(end - offset, offset);
  into.writeUInt16LE(message.type, offset + 4);
  into.writeUInt16LE(message.flags | flags, offset + 6);
  into.writeUInt32LE(sequence, offset + 8);
  into.writeUInt32LE(0, offset + 12);
  return end;
}

/** More than the kernel takes in one datagram (net.core.wmem_default, 208 KiB). */
const scratch = Buffer.alloc(512 * 1024);

/** Attributes as bytes, for the places where they follow a fixed structure inside another attribute. */
export function encodeAttributes(attributes: readonly Attribute[]): Buffer {
  return Buffer.from(scratch.subarray(0, writeAttributes(scratch, 0, attributes)));
}

/** One message's bytes; its length is a multiple of four, so that messages can be joined into a batch. */
export function encodeMessage(message: Message, sequence: number, flags: number): Buffer {
  return Buffer.from(scratch.subarray(0, writeMessage(scratch, 0, message, sequence, flags)));
}

/**
 * Messages with consecutive sequence numbers from `first`, joined, with `flags` on all and `lastFlags` on the last
 * as well; valid until the next message is encoded.
 */
export function encodeBatch(messages: readonly Message[], first: number, flags: number, lastFlags = 0): Buffer {
  let end = 0;
  messages.forEach((message, i) => {
    const own = i === messages.length - 1 ? flags | lastFlags : flags;
    end = writeMessage(scratch, end, message, (first + i) >>> 0, own);
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

/**
 * The attributes in `bytes` from `offset`, by type; of a repeated one the last. Throws a RangeError when the
 * fixed part before `offset` or an attribute is cut short.
 */
export function parseAttributes(bytes: Buffer, offset = 0): Map<number, Buffer> {
  if (offset > bytes.length)
    throw new RangeError(`netlink message of ${bytes.length} bytes lacks its fixed part of ${offset}`);
  const attributes = new Map<number, Buffer>();
  while (offset + 4 <= bytes.length) {
    const length = bytes.readUInt16LE(offset);
    if (length < 4 || offset + length > bytes.length) {
      throw new RangeError(`netlink attribute at byte ${offset} claims ${length} of ${bytes.length - offset} bytes`);
    }
    // The two highest bits say "nested" and "network byte order".
    attributes.set(bytes.readUInt16LE(offset + 2) & 0x3fff, bytes.subarray(offset + 4, offset + length));
    offset += align(length);
  }
  return attributes;
}

/** Text up to its NUL. */
export function parseText(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}
