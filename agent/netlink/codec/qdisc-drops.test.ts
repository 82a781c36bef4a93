import { expect, test } from '@jest/globals';
import { bytes, expectSameRequest } from './iproute2.testing.ts';
import { decodeClsactDrops, dumpQdiscs } from './qdisc-drops.ts';

test('tc qdisc show asks the same, with an interface that the kernel does not look at', () => {
  const theirs = '2400000026000103fe5e016b000000000000000000000000000000000000000000000000';
  expectSameRequest(dumpQdiscs(), theirs);
});

test('the drops of a clsact are those of its filters, in both directions', () => {
  const body = bytes(`
    00000000 02000000 0000ffff f1ffffff 01000000 0b000100636c736163740000 04000200 05000c0000000000
    30000700 140001004c02000000000000 0900000000000000 18000300 00000000 00000000 09000000 00000000 00000000
    2c0003004c02000000000000 09000000 09000000 000000000000000000000000 000000000000000000000000`);
  expect(decodeClsactDrops(body)).toEqual({ index: 2, drops: 9 });
});

test('another queueing discipline drops for reasons of its own', () => {
  const body = bytes('000000000200000000000000ffffffff020000000c0001006e6f71756575650005000c0000000000');
  expect(decodeClsactDrops(body)).toBeUndefined();
});
