/** A netlink message as the kernel sends it, whatever its body: struct nlmsghdr in front, padding behind. */
export function datagram(type: number, flags: number, sequence: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(header.length + body.length, 0);
  header.writeUInt16LE(type, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt32LE(sequence, 8);
  return Buffer.concat([header, body, Buffer.alloc(-body.length & 3)]);
}
