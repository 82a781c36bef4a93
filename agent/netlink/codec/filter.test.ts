import { expect, test } from '@jest/globals';
import { programOf } from '../../plan/filters/program.ts';
import { decodeFilter, deleteFilter, dumpFilters, ensureClsact, setFilter } from './filter.ts';
import { bytes, expectSameRequest, headerOf } from './iproute2.testing.ts';

const [eth1, br0] = [3, 4];
/** Loads the EtherType, then returns "match". */
const allow = programOf([
  [0x28, 0, 0, 12],
  [0x06, 0, 0, 0xffff_ffff],
]);
const filter = { object: 'filter', in: 'node', dev: 'eth1' } as const;

test('tc qdisc replace dev br0 clsact', () => {
  const theirs = `
      30000000240005054e05016b0000000000000000040000000000fffff1ffffff000000000b000100636c736163740000
    `;
  expectSameRequest(ensureClsact(br0), theirs);
});

test('what is allowed comes first, without direct-action; the rest is dropped with it', () => {
  const [clsact, pass, drop, ...none] = setFilter(eth1, { ...filter, direction: 'ingress', allow });
  expect(clsact).toEqual(ensureClsact(eth1));
  // tc filter replace dev eth1 ingress pref 49000 handle 1 protocol all bpf bytecode '2,40 0 0 12,6 0 0 4294967295'
  expectSameRequest(
    pass!,
    `
      4c0000002c0005044e05016b00000000000000000300000001000000f2ffffff000368bf08000100627066002000020006000400
      0200000014000500280000000c00000006000000ffffffff
    `,
  );
  expect(headerOf(drop!).readUInt32LE(16) >>> 16).toBe(49001);
  expect(none).toEqual([]);
});

test('what is diverted is asked for before', () => {
  const divert = { match: allow, to: 'br0' };
  const [clsact, away, pass, drop] = setFilter(eth1, { ...filter, direction: 'ingress', allow, divert }, br0);
  expect([clsact, pass, drop]).toEqual(setFilter(eth1, { ...filter, direction: 'ingress', allow }));
  // tc filter replace dev eth1 ingress pref 48999 handle 1 protocol all bpf bytecode … action mirred egress redirect dev br0
  expectSameRequest(
    away!,
    `
     840000002c0005044e05016b00000000000000000300000001000000f2ffffff000367bf08000100627066005800020038000100
     340001000b0001006d69727265640000240002802000020000000000000000000400000000000000000000000100000004000000
     060004000200000014000500280000000c00000006000000ffffffff
    `,
  );
});

test('nothing is diverted to an interface that is not there', () => {
  const divert = { match: allow, to: 'br0' };
  const egress = { ...filter, direction: 'egress', allow } as const;
  expect(setFilter(eth1, { ...egress, divert })).toEqual(setFilter(eth1, egress));
});

test('without anything allowed all is dropped', () => {
  const [, drop, ...none] = setFilter(eth1, { ...filter, direction: 'egress' });
  // tc filter replace dev eth1 egress pref 49001 handle 1 protocol all bpf da bytecode '1,6 0 0 2'
  expectSameRequest(
    drop!,
    `
      4c0000002c0005044e05016b00000000000000000300000001000000f3ffffff000369bf08000100627066002000020006000400
      010000000c00050006000000020000000800080001000000
    `,
  );
  expect(none).toEqual([]);
});

test('the drop goes last, so that nothing passes meanwhile that did not before', () => {
  const [pass, drop] = deleteFilter(eth1, { ...filter, direction: 'egress', allow });
  expect(headerOf(pass!).readUInt32LE(16) >>> 16).toBe(49000);
  // tc filter del dev eth1 egress pref 49001 handle 1 protocol all bpf
  expectSameRequest(
    drop!,
    `
      2c0000002d0005004e05016b00000000000000000300000001000000f3ffffff000369bf0800010062706600
    `,
  );
});

test('a dump asks for one direction', () => {
  expect(headerOf(dumpFilters(eth1, 'ingress'))).toEqual(bytes('00000000 03000000 00000000 f2ffffff 00000000'));
});

test.each([
  [
    "pref 49000 bpf bytecode '2,40 0 0 12,6 0 0 4294967295'",
    `000000000300000001000000f2ffffff000368bf080001006270660008000b0000000000280002000600040002000000
     14000500280000000c00000006000000ffffffff0800090008000000`,
    { index: 3, preference: 49000, kind: 'bpf', direct: false, program: allow },
  ],
  [
    "pref 49001 bpf direct-action bytecode '1,6 0 0 2'",
    `000000000300000001000000f2ffffff000369bf080001006270660008000b0000000000280002000600040001000000
     0c000500060000000200000008000800010000000800090008000000`,
    { index: 3, preference: 49001, kind: 'bpf', direct: true, program: Uint8Array.of(6, 0, 0, 0, 2, 0, 0, 0) },
  ],
  [
    "pref 48999 bpf bytecode '2,40 0 0 12,6 0 0 4294967295' action mirred egress redirect",
    `000000000300000001000000f2ffffff000367bf080001006270660008000b0000000000d0000200060004000200000014000500
     280000000c00000006000000ffffffffa8000100a40001000b0001006d6972726564000044000400140001000000000000000000
     00000000000000001400070000000000000000000000000000000000180003000000000000000000000000000000000000000000
     08000a000000000048000200200002000100000000000000040000000100000001000000010000000e000000240001000d000000
     000000000d00000000000000000000000000000000000000000000000800090008000000`,
    { index: 3, preference: 48999, kind: 'bpf', direct: false, program: allow, redirectTo: 14 },
  ],
  [
    'pref 7 matchall, which is not ours',
    `000000000300000001000000f2ffffff000307000d0001006d61746368616c6c0000000008000b0000000000b8000200
     08000300080000000c0004000400000000000000a00002009c0001000900010067616374000000004400040014000100
     180100000000000004000000000000001400070000000000000000000000000000000000180003000000000000000000
     00000000000000000000000008000a000000000040000200180002000100000000000000000000000100000001000000
     240001006200000000000000050000000000000000000000000000006100000000000000`,
    { index: 3, preference: 7, kind: 'matchall', direct: false, program: new Uint8Array() },
  ],
  [
    'the line that only announces a preference',
    '000000000300000000000000f2ffffff000368bf080001006270660008000b0000000000',
    undefined,
  ],
])('the kernel reports %s', (_, hex, expected) => {
  expect(decodeFilter(bytes(hex))).toEqual(expected);
});
