/** Waits until something in a directory may have changed. */
import { type FSWatcher, watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** In milliseconds. */
export interface WatchTimes {
  /** From a notice until the change counts as complete: installers often write a file in several steps. */
  settle: number;
  /** Without any notice: inotify sees neither the targets of links nor a directory that is yet to be made. */
  poll: number;
}

/** Resolves on the first change from the call on, after `poll` in any case, and at once when `signal` is aborted. */
export async function nextChange(directory: string, { settle, poll }: WatchTimes, signal: AbortSignal): Promise<void> {
  const noticed = new AbortController();
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(directory, () => noticed.abort());
    watcher.on('error', () => noticed.abort());
  } catch {
    // Polled, then.
  }
  await pause(poll, AbortSignal.any([signal, noticed.signal]));
  watcher?.close();
  if (noticed.signal.aborted) await pause(settle, signal);
}

/** Resolves after `milliseconds`, or when `signal` is aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
