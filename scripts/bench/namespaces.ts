/** Pods' network namespaces by the hundred, without a process for each. */
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { inNamespace, inNewNamespace } from '../../agent/apply/inside.ts';
import { bindMount, netlinkSocket, newNamespace, unmount } from '../../agent/netlink/sys/libc.ts';

/** Makes an empty network namespace that stands at `path`, as `ip netns add` does. */
export function makeNamespace(path: string): void {
  writeFileSync(path, '');
  inNewNamespace(newNamespace, () => bindMount('/proc/thread-self/ns/net', path));
}

/** The kernel clears it away in the background, with all interfaces in it. */
export function removeNamespace(path: string): void {
  unmount(path);
  rmSync(path);
}

/** A netlink route socket in the namespace at `path`, as the plugin opens it. */
export function netlinkIn(path: string): number {
  const netns = openSync(path, 'r');
  try {
    return inNamespace(netns, netlinkSocket);
  } finally {
    closeSync(netns);
  }
}
