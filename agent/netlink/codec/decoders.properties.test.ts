import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeAddress } from './address.ts';
import * as captured from './captured-links.testing.ts';
import { decodeFdb } from './fdb.ts';
import { decodeFilter } from './filter.ts';
import { bytes } from './iproute2.testing.ts';
import { decodeLink } from './link-decode.ts';
import { decodePosition } from './link-position.ts';
import { decodeClsactDrops } from './qdisc-drops.ts';
import { decodeRoute } from './route.ts';
import { decodeFoundRoute } from './route-lookup.ts';
import { decodeRule } from './rule.ts';

const decoders: [string, (body: Buffer) => unknown, string, fixed: number][] = [
  ['a bridge port', decodeLink, captured.bridgePort, 16],
  ['where a bridge port is', decodePosition, captured.bridgePort, 16],
  ['a VLAN device', decodeLink, captured.vlan, 16],
  ['an address', decodeAddress, '021880000700000008000100c000020508000200c00002050800080080020000', 8],
  [
    'a route',
    decodeRoute,
    '02180000fc0300010400000008000f00e903000008000100c633640008000500c00002090800040007000000',
    12,
  ],
  [
    'a route via IPv6',
    decodeRoute,
    '02180000fc0300010400000008000100cb007000160012000a00fe8000000000000000000000000000010000',
    12,
  ],
  [
    'a rule',
    decodeRule,
    '02200000000000060000000008000f0000000000090003006574683100000000080006000c00000008000100c0000202',
    12,
  ],
  ['a look-up', decodeFoundRoute, '02202000fe0000020002008008000f00fe00000008000100c00002010800040001000000', 12],
  [
    'a clsact',
    decodeClsactDrops,
    '00000000020000000000fffff1ffffff010000000b000100636c7361637400001c000700180003000000000000000000090000000000000000000000',
    20,
  ],
  ['an fdb entry', decodeFdb, '0700000003000000400040000a00020002005e1000010000080009000400000008000f0000000000', 12],
  [
    'a filter',
    decodeFilter,
    `000000000300000001000000f2ffffff000369bf080001006270660008000b0000000000280002000600040001000000
     0c000500060000000200000008000800010000000800090008000000`,
    20,
  ],
];

/** Node's own RangeErrors, those of a Buffer's methods, come from another realm than a test's. */
const rangeError = expect.objectContaining({ name: 'RangeError' });

/** A decoder may make a value of bytes, or throw a RangeError. */
function expectValueOrRangeError(decode: (body: Buffer) => unknown, body: Buffer): void {
  try {
    decode(body);
  } catch (error) {
    expect(error).toEqual(rangeError);
  }
}

describe.each(decoders)('%s', (_, decode, hex, fixed) => {
  const whole = bytes(hex);

  test('cut within its fixed part is a RangeError', () => {
    for (let length = 0; length < fixed; length++) expect(() => decode(whole.subarray(0, length))).toThrow(rangeError);
  });

  test('cut anywhere else is a RangeError or a message with fewer attributes', () => {
    for (let length = fixed; length < whole.length; length++)
      expectValueOrRangeError(decode, Buffer.from(whole.subarray(0, length)));
  });

  test('with any byte changed is a value or a RangeError', () => {
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const changed = Buffer.from(whole);
        changed[at] = value;
        expectValueOrRangeError(decode, changed);
      }),
    );
  });

  test('is the same with an attribute that nobody knows', () => {
    const unknown = Buffer.concat([whole, bytes('0800ff3f 2a000000')]);
    expect(decode(unknown)).toEqual(decode(whole));
  });
});
