/** Calls back when something in a directory may have changed. */
import { type FSWatcher, statSync, watch } from 'node:fs';
import type { Logger } from 'pino';

/** How soon after a notice, and how often without one, in milliseconds. */
export interface WatchTimes {
  settle: number;
  poll: number;
}

/**
 * Watches `directory` with inotify and, because that sees neither the targets of links nor network file
 * systems, by a slow poll. Notices are gathered for `settle` ms. Returns a function that ends it.
 */
export function watchDirectory(directory: string, times: WatchTimes, logger: Logger, changed: () => void): () => void {
  let watcher: FSWatcher | undefined;
  let watched: string | undefined;
  let settling: NodeJS.Timeout | undefined;

  const lose = () => {
    watcher?.close();
    watcher = undefined;
    watched = undefined;
  };
  const notice = () => {
    settling ??= setTimeout(() => {
      settling = undefined;
      attach();
      changed();
    }, times.settle).unref();
  };
  /** A directory that was replaced needs a new watch: inotify follows the inode, not the name. */
  const attach = () => {
    const identity = identify(directory);
    if (watcher && identity === watched) return;
    lose();
    if (identity === undefined) return;
    try {
      watcher = watch(directory, { persistent: false }, notice);
      watcher.on('error', lose);
      watched = identity;
    } catch (error) {
      logger.warn({ err: error, directory, pollMs: times.poll }, 'cannot watch the VRF directory; it is only polled');
    }
  };

  attach();
  const polling = setInterval(() => {
    attach();
    changed();
  }, times.poll).unref();
  return () => {
    clearInterval(polling);
    clearTimeout(settling);
    lose();
  };
}

function identify(directory: string): string | undefined {
  try {
    const stat = statSync(directory, { bigint: true });
    return `${stat.dev} ${stat.ino}`;
  } catch {
    // Whoever reads the directory reports why.
    return undefined;
  }
}
