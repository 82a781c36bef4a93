import { expect, test } from '@jest/globals';
import { TokenBucket } from './token-bucket.ts';

test('gives so many at once, then so many a second, and saves no more than the first', () => {
  let now = 0;
  const bucket = new TokenBucket(3, 2, () => now);
  const taken = () => Array.from({ length: 10 }, () => bucket.try()).filter(Boolean).length;
  expect(taken()).toBe(3);
  now += 1000;
  expect(taken()).toBe(2);
  now += 60_000;
  expect(taken()).toBe(3);
});

test('lets those wait who come too soon', async () => {
  const bucket = new TokenBucket(1, 100);
  const began = performance.now();
  await Promise.all([1, 2, 3].map(() => bucket.take()));
  expect(performance.now() - began).toBeGreaterThanOrEqual(18);
});
