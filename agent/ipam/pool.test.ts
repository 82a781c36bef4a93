import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findFree, stickyStart } from './pool.ts';
import { intervalAt, merge, sizeWithout } from './spans.ts';

const interval = fc
  .tuple(fc.bigInt(0n, 60n), fc.bigInt(0n, 8n))
  .map(([first, length]) => ({ first, last: first + length }));

const numbers = (first: bigint, last: bigint) =>
  Array.from({ length: Number(last - first) + 1 }, (_, i) => first + BigInt(i));

test('merged intervals hold the same addresses as the list they come from', () => {
  fc.assert(
    fc.property(fc.array(interval), (intervals) => {
      const merged = merge(intervals);
      const inside = (address: bigint) => intervals.some(({ first, last }) => first <= address && address <= last);
      for (const address of numbers(0n, 70n)) expect(intervalAt(merged, address) !== undefined).toBe(inside(address));
      const outside = numbers(10n, 50n).filter((address) => !inside(address));
      expect(sizeWithout({ first: 10n, last: 50n }, merged)).toBe(BigInt(outside.length));
    }),
  );
});

test('the search finds what an enumeration of the pool from the start on would find', () => {
  fc.assert(
    fc.property(
      fc.array(interval),
      fc.uniqueArray(fc.bigInt(0n, 70n)),
      fc.bigInt(10n, 50n),
      (intervals, taken, start) => {
        const order = [...numbers(start, 50n), ...numbers(10n, start - 1n)];
        const blocked = (address: bigint) => intervals.some(({ first, last }) => first <= address && address <= last);
        const free = order.find((address) => !blocked(address) && !taken.includes(address));
        expect(findFree({ first: 10n, last: 50n }, start, merge(intervals), (a) => taken.includes(a))).toBe(free);
      },
    ),
  );
});

test('a search looks at taken addresses only, however large the pool', () => {
  const pool = { first: 1n, last: (1n << 64n) - 1n };
  let looks = 0;
  const isTaken = (address: bigint) => ++looks > 0 && address < 1000n;
  const blocked = [
    { first: 1n, last: 900n },
    { first: 1000n, last: (1n << 64n) - 5n },
  ];
  expect(findFree(pool, 1n, blocked, isTaken)).toBe((1n << 64n) - 4n);
  expect(looks).toBe(100);
});

test('the search of a named pod begins at its own place, that of a nameless one at the lowest', () => {
  const pool = { first: 10n, last: 1000n };
  const start = stickyStart(pool, 'customer-a', 'bgp', 'speaker-0');
  expect(start).toBe(stickyStart(pool, 'customer-a', 'bgp', 'speaker-0'));
  expect(start).not.toBe(stickyStart(pool, 'customer-a', 'bgp', 'speaker-1'));
  expect(stickyStart(pool, 'customer-a', '', '')).toBe(10n);
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (vrf, namespace, pod) => {
      const place = stickyStart(pool, vrf, namespace, pod);
      expect(place >= pool.first && place <= pool.last).toBe(true);
    }),
  );
});
