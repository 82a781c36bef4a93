/** LIST in chunks, so that no answer is larger than it need be. */
import { isGone } from './api-error.ts';
import type { KubeClient } from './client.ts';
import { collectGarbage } from './frugal.ts';
import type { KubeList, KubeObject } from './object.ts';

const chunk = 100;

/** Milliseconds for one chunk. */
const timeout = 30_000;

/** All objects of a collection, and the version from which to watch it. Throws what a request throws. */
export async function listAll(
  client: KubeClient,
  path: string,
  query: Record<string, string>,
  signal: AbortSignal,
): Promise<{ version: string; items: KubeObject[] }> {
  const read = (more: Record<string, string>) =>
    client.request<KubeList>({ path, query: { ...query, ...more }, timeout, signal });
  const items: KubeObject[] = [];
  let next = '';
  for (;;) {
    try {
      const list = await read({ limit: String(chunk), ...(next === '' ? {} : { continue: next }) });
      items.push(...list.items);
      next = list.metadata.continue ?? '';
      if (next === '') return { version: list.metadata.resourceVersion, items };
    } catch (error) {
      if (next === '' || !isGone(error)) throw error;
      // Chunks that come too late are of no use: all at once, then.
      const list = await read({});
      return { version: list.metadata.resourceVersion, items: list.items };
    }
  }
}

/** Pages after which garbage is collected, when everything is looked through. */
const mostPages = 20;

/** All objects of a collection, a chunk at a time: of 5,000 nodes, nobody keeps it all. Throws what a request throws. */
export async function* eachOf(client: KubeClient, path: string, signal?: AbortSignal): AsyncGenerator<KubeObject> {
  let next = '';
  for (let pages = 1; ; pages++) {
    const query = { limit: String(chunk), ...(next === '' ? {} : { continue: next }) };
    const { metadata, items } = await client.request<KubeList>({ path, query, timeout, ...(signal ? { signal } : {}) });
    yield* items;
    next = metadata.continue ?? '';
    if (next === '') return;
    if (pages % mostPages === 0) collectGarbage();
  }
}

/** How many objects a collection has: one of them is sent, and the number of the others. Throws what a request throws. */
export async function countOf(client: KubeClient, path: string): Promise<number> {
  const { items, metadata } = await client.request<KubeList>({ path, query: { limit: '1' } });
  return items.length + (metadata.remainingItemCount ?? 0);
}
