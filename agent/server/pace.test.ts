import { expect, test } from '@jest/globals';
import { Pace } from './pace.ts';

test('a look takes at most a fiftieth of the time', () => {
  const pace = new Pace();
  pace.note('right', 1_000, 10);
  expect(pace.notBefore).toBe(1_500);
});

test('a look that a busy machine has held up delays the next one by 5 seconds at most', () => {
  const pace = new Pace();
  pace.note('repaired', 1_000, 450);
  expect(pace.notBefore).toBe(6_000);
});

test('a look that takes seconds takes at most a tenth of the time', () => {
  const pace = new Pace();
  pace.note('right', 1_000, 4_000);
  expect(pace.notBefore).toBe(41_000);
});

test('what cannot be repaired is tried again after 2, 4, 8 … seconds, and at least once a minute', () => {
  const pace = new Pace();
  const waits = Array.from({ length: 8 }, () => {
    pace.note('failed', 0, 1);
    return pace.notBefore / 1_000;
  });
  expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
});

test('the sixth repair in a minute is a fight, said once, and from then on there is one a minute', () => {
  const pace = new Pace();
  const said = [0, 1, 2, 3, 4, 5].map((second) => pace.note('repaired', second * 1_000, 1));
  expect(said).toEqual([false, false, false, false, false, true]);
  expect(pace.notBefore).toBe(65_000);
});

test('a fight that has ended is forgotten', () => {
  const pace = new Pace();
  for (let second = 0; second < 6; second++) pace.note('repaired', second * 1_000, 1);
  pace.note('right', 70_000, 1);
  expect(pace.note('repaired', 71_000, 1)).toBe(false);
  expect(pace.notBefore).toBe(71_050);
});
