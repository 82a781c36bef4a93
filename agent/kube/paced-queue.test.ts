/** What callers of the queue rely on; what becomes of writes is in writer.test.ts. */
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { PacedQueue } from './paced-queue.ts';

let queue: PacedQueue;
let done: string[];
beforeEach(() => {
  queue = new PacedQueue({ failing: () => true, well: () => {} });
  done = [];
});
afterEach(() => queue.stop());

/** A job that is at work until it is told to end, or to fail. */
function job(name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const run = () => {
    done.push(name);
    return promise;
  };
  return { run, end: resolve, fail: () => reject(new Error('away')) };
}

test('a few jobs are at work at once, and of one key only one', async () => {
  const [first, second] = [job('a first'), job('a second')];
  queue.put('a', first.run);
  for (const key of ['b', 'c', 'd', 'e']) queue.put(key, job(key).run);
  await turn();
  queue.put('a', second.run);
  await turn();
  expect(done).toEqual(['a first', 'b', 'c', 'd']);
  first.end();
  await turn();
  expect(done).toEqual(['a first', 'b', 'c', 'd', 'e']);
});

test('what fails holds up the others until it has a chance, and is done before what has come since', async () => {
  const failing = job('a');
  queue.put('a', failing.run);
  await turn();
  failing.fail();
  await turn();
  queue.put('b', job('b').run);
  await turn();
  expect([queue.isPaused, done]).toEqual([true, ['a']]);
  queue.hurry();
  expect(done).toEqual(['a', 'a', 'b']);
});

test('a job that is withdrawn while it is at work is not tried again when it fails', async () => {
  const failing = job('a');
  queue.put('a', failing.run);
  await turn();
  const withdrawn = queue.withdraw('a');
  failing.fail();
  await withdrawn;
  queue.hurry();
  expect(done).toEqual(['a']);
});
