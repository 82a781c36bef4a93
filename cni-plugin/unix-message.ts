/** Bytes of the structures that go with a unix socket, as 64-bit little-endian Linux has them. */

/** The longest path that struct sockaddr_un can hold, its terminating zero aside. */
export const maxSocketPath = 107;

/** struct sockaddr_un with `path`; `path` has at most {@link maxSocketPath} bytes. */
export function sockaddrUn(path: Uint8Array): Uint8Array {
  const address = new Uint8Array(2 + path.length + 1);
  address[0] = 1; // AF_UNIX
  address.set(path, 2);
  return address;
}

/** struct timeval. */
export function timeval(milliseconds: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, BigInt(Math.floor(milliseconds / 1000)), true);
  view.setBigInt64(8, BigInt(Math.floor(milliseconds % 1000) * 1000), true);
  return bytes;
}

/** struct cmsghdr with one descriptor (SCM_RIGHTS), padded to CMSG_SPACE(4). */
export function rightsMessage(descriptor: number): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, 20n, true);
  view.setInt32(8, 1, true); // SOL_SOCKET
  view.setInt32(12, 1, true); // SCM_RIGHTS
  view.setInt32(16, descriptor, true);
  return bytes;
}

/** struct iovec over `length` bytes at `address`. */
export function iovec(address: number | bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(address), true);
  view.setBigUint64(8, BigInt(length), true);
  return bytes;
}

/** struct msghdr with one iovec and control data, both by address. */
export function msghdr(iov: number | bigint, control: number | bigint, controlLength: number): Uint8Array {
  const bytes = new Uint8Array(56);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(16, BigInt(iov), true);
  view.setBigUint64(24, 1n, true);
  view.setBigUint64(32, BigInt(control), true);
  view.setBigUint64(40, BigInt(controlLength), true);
  return bytes;
}
