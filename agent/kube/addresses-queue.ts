/** Writes about addresses that nobody waits for, by the address's name: tried again until the API takes them. */
import type { Logger } from 'pino';
import { reasonOf } from './api-error.ts';
import { PacedQueue } from './paced-queue.ts';

/** Each failure counts as one that passes: an address is owed until it is written. */
export function addressQueue(log: Logger): PacedQueue {
  return new PacedQueue({
    failing: (address, error) => {
      const reason = reasonOf(error);
      log.warn({ address, reason }, 'addresses cannot be written to the API: will be tried again');
      return true;
    },
    well: (waiting) => log.info({ waiting }, 'addresses are written to the API again'),
  });
}
