/** Waiting for what the agent tells the API after the fact. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves with the first value that is not undefined and that `accepts`; throws with the last one after 20 s. */
export async function until<T>(look: () => T | undefined, accepts: (value: T) => boolean = () => true): Promise<T> {
  const end = Date.now() + 20_000;
  for (;;) {
    const value = look();
    if (value !== undefined && accepts(value)) return value;
    if (Date.now() > end) throw new Error(`not so within 20 s: ${JSON.stringify(value)}`);
    await sleep(50);
  }
}
