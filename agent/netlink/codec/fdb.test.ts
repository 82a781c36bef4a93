import { expect, test } from '@jest/globals';
import { addFdb, decodeFdb, deleteFdb, getFdb } from './fdb.ts';
import { bytes, expectSameRequest, headerOf } from './iproute2.testing.ts';

const eth1 = 3;
const mac = '02:00:5e:10:00:01';

test("an entry is static, sticky, the master's, and takes the place of a learned one", () => {
  // bridge fdb add 02:00:5e:10:00:01 dev eth1 master static sticky, but for
  // NLM_F_EXCL and the state NUD_REACHABLE beside NUD_NOARP
  const theirs = `
      280000001c0005064e05016b000000000700000003000000420044000a00020002005e1000010000
    `;
  const ours = addFdb(eth1, mac);
  expect([ours.flags, headerOf(ours)[8]]).toEqual([0x500, 0x40]);
  expectSameRequest({ ...ours, flags: 0x600, header: ours.header.with(2, ours.header[2]! | 0x42) }, theirs);
});

test('bridge fdb del 02:00:5e:10:00:01 dev eth1 master', () => {
  const theirs = `
      280000001d0005004e05016b000000000700000003000000c00004000a00020002005e1000010000
    `;
  const ours = deleteFdb(eth1, mac);
  // iproute2 fills in the state it would add with.
  expectSameRequest({ ...ours, header: ours.header.with(2, ours.header[2]! | 0xc0) }, theirs);
});

test('bridge fdb get 02:00:5e:10:00:01 brport eth1', () => {
  expectSameRequest(
    getFdb(eth1, mac),
    `
      280000001e000100a7cc026b000000000700000003000000000000000a00020002005e1000010000
    `,
  );
});

test.each([
  [
    '02:00:5e:10:00:01 dev eth1 vlan 1 sticky master br0 static',
    `0700000003000000400040000a00020002005e1000010000080009000400000008000f00000000001400030000000000
     7000000007000000000000000600050001000000`,
    { port: 3, mac, sticky: true },
  ],
  [
    '52:3f:58:a8:37:4c dev eth1 master br0 permanent',
    `0700000003000000800000000a000200523f58a8374c0000080009000400000008000f00000000001400030000000000
     9d0000009d00000000000000`,
    { port: 3, mac: '52:3f:58:a8:37:4c', sticky: false },
  ],
  [
    '33:33:00:00:00:01 dev eth1 self permanent',
    '0700000003000000800002000a0002003333000000010000',
    { port: 3, mac: '33:33:00:00:00:01', sticky: false },
  ],
])('the kernel reports %s', (_, hex, entry) => {
  expect(decodeFdb(bytes(hex))).toEqual(entry);
});
