import { expect, test } from '@jest/globals';
import { macBytes, macText } from './macs.ts';

test('a MAC is read in either case and written in lower case', () => {
  expect(macBytes('02:00:5E:10:00:0a')).toEqual(Uint8Array.of(2, 0, 0x5e, 0x10, 0, 10));
  expect(macText(macBytes('02:00:5E:10:00:0a'))).toBe('02:00:5e:10:00:0a');
});

test.each(['', '02:00:5e:10:00', '02:00:5e:10:00:01:02', '02-00-5e-10-00-01', '2:0:5e:10:0:1'])(
  '%j is no MAC',
  (text) => {
    expect(() => macBytes(text)).toThrow(new RangeError(`${text}: not a MAC like 02:00:5e:10:00:01`));
  },
);
