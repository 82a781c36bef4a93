import { expect, test } from '@jest/globals';
import { CniCode, CniError } from './errors.ts';

test('an error without details prints none', () => {
  expect(new CniError(CniCode.refused, 'no').toBody()).toEqual({ code: 100, msg: 'no' });
});

test('an error is printed on one line and no longer than people read, whatever it quotes', () => {
  const { msg, details } = new CniError(CniCode.refused, 'a\nb\u001b[31m', 'x'.repeat(70_000)).toBody();
  expect(msg).toBe('a\\u000ab\\u001b[31m');
  expect(details?.length).toBeLessThan(4096);
});
