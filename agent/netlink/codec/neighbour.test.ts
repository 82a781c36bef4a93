import { expect, test } from '@jest/globals';
import { encodeMessage } from '../message.ts';
import { bytes } from './iproute2.testing.ts';
import { decodeNeighbour, dumpNeighbours } from './neighbour.ts';

test('a dump asks for one link, by an attribute: the header is to be empty', () => {
  expect(encodeMessage(dumpNeighbours(3), 0, 1)).toEqual(
    bytes('240000001e0001030000000000000000 000000000000000000000000 0800080003000000'),
  );
});

test.each([
  [
    '192.0.2.1 lladdr 02:00:5e:10:00:01 REACHABLE',
    '020000000300000002000001 08000100c0000201 0a00020002005e1000010000',
    { index: 3, address: '192.0.2.1', mac: '02:00:5e:10:00:01' },
  ],
  [
    'fe80::1 lladdr 02:00:5e:10:00:01 PERMANENT',
    '0a0000000300000080000001 14000100fe800000000000000000000000000001 0a00020002005e1000010000',
    { index: 3, address: 'fe80::1', mac: '02:00:5e:10:00:01' },
  ],
  ['192.0.2.1 FAILED', '020000000300000020000001 08000100c0000201', undefined],
  ['an entry of a bridge', '0700000003000000400040000a00020002005e1000010000', undefined],
])('the kernel reports %s', (_, hex, entry) => {
  expect(decodeNeighbour(bytes(hex))).toEqual(entry);
});
