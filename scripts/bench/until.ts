/** What has to come about before anything is measured. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when `condition` holds; throws after 20 s, naming `what`. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (await condition()) return;
    await sleep(50);
  }
  throw new Error(`in 20 s there was no ${what}`);
}
