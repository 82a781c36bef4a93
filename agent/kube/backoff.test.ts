import { expect, test } from '@jest/globals';
import { Backoff } from './backoff.ts';

test('waits longer each time, up to a bound, and from the start again after a reset', () => {
  const backoff = new Backoff({ first: 1000, longest: 5000 }, () => 1);
  expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([1000, 2000, 4000, 5000, 5000]);
  backoff.reset();
  expect(backoff.next()).toBe(1000);
});

test('spreads the tries of many nodes over nine tenths of the time', () => {
  expect(new Backoff({ first: 1000, longest: 5000 }, () => 0).next()).toBe(100);
});

test('never comes to nothing or to infinity, however long an outage is', () => {
  const backoff = new Backoff({ first: 1000, longest: 30_000 }, () => 1);
  for (let i = 0; i < 5000; i++) backoff.next();
  expect(backoff.next()).toBe(30_000);
});
