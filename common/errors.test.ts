import { expect, test } from '@jest/globals';
import { CniCode, CniError } from './errors.ts';

test('an error without details prints none', () => {
  expect(new CniError(CniCode.refused, 'no').toBody()).toEqual({ code: 100, msg: 'no' });
});
