import { expect, test } from '@jest/globals';
import * as captured from './captured-links.testing.ts';
import { bytes } from './iproute2.testing.ts';
import { decodeLink } from './link-decode.ts';
import { decodePosition } from './link-position.ts';

test.each(Object.entries(captured))('%s is where the whole message says', (_name, hex) => {
  const { index, up, master, link } = decodeLink(bytes(hex));
  expect(decodePosition(bytes(hex))).toEqual({ index, up, master, link });
});

test('an attribute that is cut short is an error, not the end', () => {
  const whole = bytes(captured.bridgePort);
  expect(() => decodePosition(whole.subarray(0, 16 + 5))).toThrow(
    /^netlink attribute at byte \d+ claims \d+ of \d+ bytes$/,
  );
});
