import { expect, test } from '@jest/globals';
import type { Message } from '../message.ts';
import { addAddress, decodeAddress, deleteAddress } from './address.ts';
import { bytes, expectSameRequest } from './iproute2.testing.ts';

const eth1 = 3;
const on = { object: 'address', in: 'pod', dev: 'eth1' } as const;

test.each<[string, Message, string]>([
  [
    'ip addr add 192.0.2.2/24 dev eth1 noprefixroute',
    addAddress(eth1, { ...on, address: '192.0.2.2/24', scope: 'global' }),
    `
      30000000140005064d05016b00000000021800000300000008000200c0000202080008000002000008000100c0000202
    `,
  ],
  [
    'ip addr add 169.254.1.1/32 dev eth1 scope link noprefixroute',
    addAddress(eth1, { ...on, address: '169.254.1.1/32', scope: 'link' }),
    `
      30000000140005064d05016b00000000022000fd0300000008000200a9fe0101080008000002000008000100a9fe0101
    `,
  ],
  [
    'ip addr add 2001:db8::2/64 dev eth1 nodad noprefixroute',
    addAddress(eth1, { ...on, address: '2001:db8::2/64', scope: 'global' }),
    `
      48000000140005064d05016b000000000a400000030000001400020020010db80000000000000000000000020800080002020000
      1400010020010db8000000000000000000000002
    `,
  ],
  [
    'ip addr add fe80::5eff:fe10:1/64 dev eth1 scope link nodad',
    addAddress(eth1, { ...on, address: 'fe80::5eff:fe10:1/64', scope: 'link', prefixRoute: true }),
    `
      40000000140005064d05016b000000000a4002fd0300000014000200fe8000000000000000005efffe10000114000100fe800000
      0000000000005efffe100001
    `,
  ],
])('%s', (_, ours, theirs) => expectSameRequest(ours, theirs));

test('an address is deleted by what it was added by', () => {
  const address = { ...on, address: '192.0.2.2/24', scope: 'global' } as const;
  expect(deleteAddress(eth1, address)).toEqual({ ...addAddress(eth1, address), type: 21, flags: 0 });
});

test.each([
  [
    '192.0.2.5/24 dev ptp noprefixroute',
    '021880000700000008000100c000020508000200c00002050800030070747000080008008002000014000600ffffffffffffffffb6000000b6000000',
    { index: 7, address: '192.0.2.5/24', scope: 'global' },
  ],
  [
    '10.1.0.1 peer 10.1.0.2/30: the own address, not the other side',
    '021e800007000000080001000a010002080002000a0100010800030070747000080008008000000014000600ffffffffffffffffb4000000b4000000',
    { index: 7, address: '10.1.0.1/30', scope: 'global' },
  ],
  [
    '2001:db8::5 peer 2001:db8::6/127',
    `0a7f8200070000001400020020010db80000000000000000000000051400010020010db8000000000000000000000006
     14000600ffffffffffffffffb5000000b50000000800080082000000`,
    { index: 7, address: '2001:db8::5/127', scope: 'global' },
  ],
  [
    'fe80::c85a:a4ff:fe4e:d9e3/64 scope link',
    `0a4080fd0700000014000100fe80000000000000c85aa4fffe4ed9e314000600ffffffffffffffffb3000000b3000000
     080008008000000005000b0003000000`,
    { index: 7, address: 'fe80::c85a:a4ff:fe4e:d9e3/64', scope: 'link' },
  ],
  [
    '127.1.2.3/8 scope host',
    '020880fe07000000080001007f010203080002007f0102030800030070747000080008008000000014000600ffffffffffffffffb8000000b8000000',
    { index: 7, address: '127.1.2.3/8', scope: 'host' },
  ],
  [
    '::ffff:192.0.2.1/128, which nobody may write but somebody may have',
    '0a8080000700000014000100 00000000000000000000ffffc0000201',
    { index: 7, address: '::ffff:c000:201/128', scope: 'global' },
  ],
])('the kernel reports %s', (_, hex, address) => {
  expect(decodeAddress(bytes(hex))).toEqual(address);
});

test('an address message without an address is an error', () => {
  expect(() => decodeAddress(bytes('0218800007000000'))).toThrow(RangeError);
});
