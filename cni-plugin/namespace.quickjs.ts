/** The network namespace that this process is in: the one it was started in, or the pod's. */

import { namespaceUnusable, sysctlRefused, systemCallFailed } from './failures.ts';
import { AT_FDCWD, checked, Errno, encode, errorText, libc, O_CLOEXEC } from './libc.quickjs.ts';

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_ROUTE = 0;
const O_RDWR = 2;
const O_NONBLOCK = 0o4000;
const CLONE_NEWNET = 0x40000000;

let inPod = false;
/** Descriptor of the namespace we were started in. */
let home: number | undefined;

/** Descriptor of a network namespace. Throws a CniError 4 naming the path. */
export function openNamespace(path: string): number {
  // A pipe without a writer would hold us up for ever.
  const namespace = libc.openat(AT_FDCWD, path, O_CLOEXEC | O_NONBLOCK);
  if (namespace < 0) throw namespaceUnusable(path, errorText(namespace), namespace === -Errno.ENOENT);
  return namespace;
}

/** Enters the pod's namespace, to stay, and opens a netlink route socket there. Throws a CniError 4 naming the path. */
export function openNetlinkIn(namespace: number, path: string): number {
  const entered = inPod ? 0 : libc.setns(namespace, CLONE_NEWNET);
  if (entered < 0) throw namespaceUnusable(path, errorText(entered));
  inPod = true;
  return checked('socket(AF_NETLINK)', libc.socket(AF_NETLINK, SOCK_RAW | O_CLOEXEC, NETLINK_ROUTE));
}

/**
 * Makes sure that we are where we were started. To be called once before the pod's namespace is entered by whoever
 * wants to go back: only few calls do, and only those pay for it.
 */
export function beHome(): void {
  if (!inPod) {
    home ??= checked('open of our own namespace', libc.openat(AT_FDCWD, '/proc/self/ns/net', O_CLOEXEC));
    return;
  }
  const went = home === undefined ? undefined : libc.setns(home, CLONE_NEWNET);
  if (went !== 0) {
    throw systemCallFailed(
      "setns back from the pod's namespace",
      went === undefined ? 'never prepared' : errorText(went),
    );
  }
  inPod = false;
}

/**
 * {@link System.writeSysctl}; a value that is there already is left alone: writing to a forwarding switch spins until
 * nobody holds the lock of all networking (rtnl_trylock and restart_syscall, net/ipv4/devinet.c).
 */
export function writeSysctl(path: string, value: string): void {
  if (!inPod) throw sysctlRefused(path, value, "the plugin is not inside the pod's namespace");
  const file = libc.openat(AT_FDCWD, `/proc/sys/${path}`, O_RDWR | O_CLOEXEC);
  if (file < 0) throw sysctlRefused(path, value, errorText(file));
  const bytes = encode(value);
  const written = holds(file, value) ? 0 : libc.pwrite64(file, bytes, bytes.length, 0);
  libc.close(file);
  if (written < 0) throw sysctlRefused(path, value, errorText(written));
}

function holds(file: number, value: string): boolean {
  const is = new Uint8Array(64);
  const count = libc.read(file, is, is.length);
  return count > 0 && libc.decode(is.subarray(0, count)).trim() === value;
}
