import { expect, test } from '@jest/globals';
import { bodyOf, isErrorCode, Refusal } from './refusal.ts';

test('what another program says is printed on one line, cut, and without what is empty', () => {
  const { msg, details } = bodyOf(new Refusal({ code: 100, msg: 'a\u001b[31m', details: 'x'.repeat(70_000) }));
  expect(msg).toBe('a\\u001b[31m');
  expect(details?.length).toBeLessThan(4096);
  expect(bodyOf(new Refusal({ code: 100, msg: 'a', details: '' }))).toEqual({ code: 100, msg: 'a' });
});

test.each([0, -1, 0.5, 1e308, '7', null])('%j is no code of an error', (code) => {
  expect(isErrorCode(code)).toBe(false);
});
