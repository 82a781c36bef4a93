import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { Rest } from './rest.ts';

const mebibyte = 1024 * 1024;

/** A rest after 50 ms, and what it has logged. */
function restless(worthwhile: number) {
  const lines: { from: number; to: number }[] = [];
  const log = pino({ level: 'debug' }, { write: (line) => lines.push(JSON.parse(line)) });
  return { rest: new Rest(log, 50, worthwhile), lines };
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
  const { rest, lines } = restless(0);
  for (let i = 0; i < 10; i++) {
    rest.disturb();
    await sleep(10);
  }
  rest.stop();
  await sleep(200);
  expect(lines).toEqual([]);
});
