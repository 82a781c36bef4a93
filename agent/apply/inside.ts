/** Work inside another network namespace, for what netlink cannot do. */
import { openSync } from 'node:fs';
import { enterNamespace } from '../netlink/sys/libc.ts';

let own: number | undefined;

/** The agent's own namespace, opened before it ever left it. */
function home(): number {
  own ??= openSync('/proc/thread-self/ns/net', 'r');
  return own;
}

/**
 * Runs `action` in the namespace behind `netns`, then comes back. `action` must be synchronous: a thread
 * that waited in between would serve others there. Needs CAP_SYS_ADMIN.
 */
export function inNamespace<T>(netns: number, action: () => T): T {
  const back = home();
  enterNamespace(netns);
  return returning(back, action);
}

/** The same for a namespace that `enter` makes. */
export function inNewNamespace<T>(enter: () => void, action: () => T): T {
  const back = home();
  enter();
  return returning(back, action);
}

function returning<T>(back: number, action: () => T): T {
  try {
    return action();
  } finally {
    try {
      enterNamespace(back);
    } catch (error) {
      // Everything from here on would happen in a customer's namespace.
      process.stderr.write(`multivrf-agent: cannot return to its own network namespace: ${error}\n`);
      process.abort();
    }
  }
}
