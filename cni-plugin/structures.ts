/** Bytes of the structures that system calls take, as 64-bit little-endian Linux has them. */

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
  return words(Math.floor(milliseconds / 1000), Math.floor(milliseconds % 1000) * 1000);
}

/** struct timespec. */
export function timespec(milliseconds: number): Uint8Array {
  return words(Math.floor(milliseconds / 1000), Math.floor((milliseconds % 1000) * 1e6));
}

/** struct pollfd that waits for something to read. */
export function pollIn(descriptor: number): Uint8Array {
  return words(0x1_0000_0000 + descriptor); // POLLIN is 1
}

/** An array of pointers with a null pointer at its end, such as argv. */
export function pointers(addresses: readonly number[]): Uint8Array {
  return words(...addresses, 0);
}

/** struct cmsghdr with one descriptor (SCM_RIGHTS), padded to CMSG_SPACE(4). */
export function rightsMessage(descriptor: number): Uint8Array {
  const solSocketAndRights = 0x1_0000_0001; // cmsg_level and cmsg_type, 1 each
  return words(20, solSocketAndRights, descriptor);
}

/** struct iovec over `length` bytes at `address`. */
export function iovec(address: number, length: number): Uint8Array {
  return words(address, length);
}

/** struct msghdr with one iovec and control data, both by address. */
export function msghdr(iov: number, control: number, controlLength: number): Uint8Array {
  return words(0, 0, iov, 1, control, controlLength, 0);
}

/** Each number as a word of 64 bits. */
function words(...numbers: number[]): Uint8Array {
  const halves = new Uint32Array(2 * numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] ?? 0;
    halves[2 * i] = number;
    halves[2 * i + 1] = number / 0x1_0000_0000;
  }
  return new Uint8Array(halves.buffer);
}
