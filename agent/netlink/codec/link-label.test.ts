import { expect, test } from '@jest/globals';
import * as captured from './captured-links.testing.ts';
import { bytes } from './iproute2.testing.ts';
import { decodeLink } from './link-decode.ts';
import { decodeLinkLabel } from './link-label.ts';

test.each(Object.entries(captured))('%s is called what the whole message says', (_name, hex) => {
  const { index, name, alias, kind } = decodeLink(bytes(hex));
  expect(decodeLinkLabel(bytes(hex), () => true)).toEqual({ index, name, alias, kind });
});

test('a link of another name is passed over', () => {
  expect(decodeLinkLabel(bytes(captured.bridgePort), (name) => name !== 'eth1')).toBeUndefined();
});

test('a message that is cut off has what comes before the cut', () => {
  const whole = bytes(captured.bridgePort);
  for (let length = 16; length < whole.length; length++)
    expect(() => decodeLinkLabel(whole.subarray(0, length), () => true)).not.toThrow();
});
