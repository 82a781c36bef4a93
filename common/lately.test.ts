import { expect, jest, test } from '@jest/globals';
import { lately } from './lately.ts';

test('what was asked lately is not computed again', () => {
  const compute = jest.fn((text: string) => text.length);
  const length = lately(compute);
  expect([length('four'), length('four'), length('')]).toEqual([4, 4, 0]);
  expect(compute).toHaveBeenCalledTimes(2);
});

test('no more is remembered than was allowed', () => {
  const compute = jest.fn((text: string) => text);
  const same = lately(compute, 2);
  for (const text of ['a', 'b', 'c', 'a', 'c']) expect(same(text)).toBe(text);
  // The third began anew: of the first two nothing is known any more.
  expect(compute.mock.calls.flat()).toEqual(['a', 'b', 'c', 'a']);
});

test('an error is thrown each time', () => {
  const refuse = lately((text): string => {
    throw new RangeError(`${text}: no`);
  });
  expect(() => refuse('x')).toThrow('x: no');
  expect(() => refuse('x')).toThrow('x: no');
});

test('what somebody has said is not computed', () => {
  const compute = jest.fn((text: string) => text.length);
  const length = lately(compute);
  length.remember('four', 4);
  expect(length('four')).toBe(4);
  expect(compute).not.toHaveBeenCalled();
});
