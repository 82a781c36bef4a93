/** The network namespace that this process is in: the one it was started in, or the pod's. */

import { namespaceUnusable, sysctlRefused, systemCallFailed } from './failures.ts';
import { handOver } from './hand-over.bun.ts';
import { Errno, errno, errorText, longWayCalls, networkCalls, stdio } from './libc.bun.ts';

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
const O_RDWR = 2;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const CLONE_NEWNET = 0x40000000;

let { inPod } = handOver;
/** Descriptor of the namespace we were started in. */
let home: number | undefined;

/** A netlink route socket of the pod's namespace, in which we then are. Throws a CniError 4 naming the path. */
export function openNetlinkIn(netns: string): number {
  if (!inPod) enter(netns);
  const socket = networkCalls().socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (socket < 0) throw systemCallFailed('socket(AF_NETLINK)', errorText());
  return socket;
}

function enter(netns: string): void {
  const { open, setns } = networkCalls();
  // A pipe without a writer would hold us up for ever.
  const namespace = open(netns, O_CLOEXEC | O_NONBLOCK);
  if (namespace < 0) {
    const code = errno();
    throw namespaceUnusable(netns, errorText(code), code === Errno.ENOENT);
  }
  if (setns(namespace, CLONE_NEWNET) < 0) throw namespaceUnusable(netns, errorText());
  longWayCalls().close(namespace);
  inPod = true;
}

/**
 * Makes sure that we are where we were started. To be called once before the pod's namespace is entered by whoever
 * wants to go back: only few calls do, and only those pay for it.
 */
export function beHome(): void {
  if (!inPod) {
    home ??= networkCalls().open('/proc/self/ns/net', O_CLOEXEC);
    return;
  }
  if (home === undefined || networkCalls().setns(home, CLONE_NEWNET) < 0) {
    throw systemCallFailed("setns back from the pod's namespace", home === undefined ? 'never prepared' : errorText());
  }
  inPod = false;
}

/**
 * {@link System.writeSysctl}; a value that is there already is left alone: writing to a forwarding switch spins until
 * nobody holds the lock of all networking (rtnl_trylock and restart_syscall, net/ipv4/devinet.c).
 */
export function writeSysctl(path: string, value: string): void {
  if (!inPod) throw sysctlRefused(path, value, "the plugin is not inside the pod's namespace");
  const file = networkCalls().open(`/proc/sys/${path}`, O_RDWR | O_CLOEXEC);
  if (file < 0) throw sysctlRefused(path, value, errorText());
  const bytes = new TextEncoder().encode(value);
  const written = holds(file, value) ? 0 : networkCalls().pwrite(file, bytes, bytes, 0);
  const reason = written < 0 ? errorText() : '';
  longWayCalls().close(file);
  if (written < 0) throw sysctlRefused(path, value, reason);
}

function holds(file: number, value: string): boolean {
  const is = new Uint8Array(64);
  const count = stdio.read(file, is, is);
  return count > 0 && new TextDecoder().decode(is.subarray(0, count)).trim() === value;
}
