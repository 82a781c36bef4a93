/** LIST in chunks, so that no answer is larger than it need be. */
import { isGone } from './api-error.ts';
import type { KubeClient } from './client.ts';
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
