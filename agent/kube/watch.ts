/** WATCH: the changes of a collection, from a version on. */
import type { KubeClient } from './client.ts';
import { readLines } from './lines.ts';
import type { KubeObject } from './object.ts';

/** One line of a watch. The object of an ERROR is a Status, that of a BOOKMARK has nothing but its version. */
export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubeObject;
}

/** A server that sends nothing, not even a bookmark, is dead, or it waits for a version that it has not reached. */
export class Silence extends Error {}

/** In milliseconds. */
export interface WatchTimes {
  /** Until the server must have begun to answer. */
  open: number;
  /** Without a byte. Servers send a bookmark about every minute; a connection that is silent for longer is dead. */
  idle: number;
  /** After which the server is to end it; up to twice that, so that not all nodes come again at once. */
  life: number;
}

export const watchTimes: WatchTimes = { open: 10_000, idle: 180_000, life: 300_000 };

interface WatchRequest {
  client: KubeClient;
  path: string;
  query: Record<string, string>;
  times: WatchTimes;
}

/**
 * Yields the changes until the server ends the watch. Calls `opened` once it has begun. Throws an ApiError when it is
 * refused, what the socket says when the connection breaks, and a Silence when the server is silent for too long.
 */
export async function* watch(
  { client, path, query, times }: WatchRequest,
  signal: AbortSignal,
  opened: () => void,
): AsyncGenerator<WatchEvent> {
  const ending = new AbortController();
  const end = () => ending.abort(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  const silent = new Silence(`nothing came for ${times.idle / 1000} s`);
  let idle: NodeJS.Timeout | undefined;
  const alive = () => {
    clearTimeout(idle);
    idle = setTimeout(() => ending.abort(silent), times.idle);
  };
  const seconds = Math.ceil((times.life * (1 + Math.random())) / 1000);
  const wanted = { ...query, watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds: String(seconds) };
  try {
    const stream = await client.open({ path, query: wanted, timeout: times.open, signal: ending.signal });
    opened();
    alive();
    for await (const line of readLines(stream, alive)) if (line !== '') yield JSON.parse(line) as WatchEvent;
  } catch (error) {
    throw ending.signal.reason === silent ? silent : error;
  } finally {
    clearTimeout(idle);
    signal.removeEventListener('abort', end);
    ending.abort();
  }
}
