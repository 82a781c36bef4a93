import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { Rest } from './rest.ts';

const mebibyte = 1024 * 1024;

/** A rest after so many milliseconds of quiet, and what it has logged. */
function restless(worthwhile: number, quiet = 50) {
  const lines: { from: number; to: number }[] = [];
  const log = pino({ level: 'debug' }, { write: (line) => lines.push(JSON.parse(line)) });
  return { rest: new Rest(log, quiet, worthwhile), lines };
}

test('what nobody uses any more is given back once it is quiet, and not again for nothing', async () => {
  const { rest, lines } = restless(32 * mebibyte);
  let kept: string[] | undefined = Array.from({ length: 1_000_000 }, (_, i) => `an object of a burst ${i}`);
  expect(kept.length).toBe(1_000_000);
  kept = undefined;
  rest.disturb();
  await sleep(500);
  expect(lines).toHaveLength(1);
  expect(lines[0]!.from - lines[0]!.to).toBeGreaterThan(32);
  rest.disturb();
  await sleep(500);
  expect(lines).toHaveLength(1);
});

test('nothing is given back while somebody asks, nor after the end', async () => {
  // So long that a busy machine does not let half of it pass between two questions.
  const quiet = 500;
  const { rest, lines } = restless(0, quiet);
  for (let i = 0; i < 40; i++) {
    rest.disturb();
    await sleep(20);
  }
  rest.stop();
  await sleep(2 * quiet);
  expect(lines).toEqual([]);
});
