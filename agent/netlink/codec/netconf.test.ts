import { expect, test } from '@jest/globals';
import { encodeMessage } from '../message.ts';
import { decodeForwarding, decodeIpv6Conf, getNetconf } from './netconf.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

test('the settings of all interfaces are asked for by family and index -1', () => {
  expect(encodeMessage(getNetconf(6), 1, 1).toString('hex')).toBe(
    hex('1c000000 5200 0100 01000000 00000000 0a000000 0800 0100 ffffffff').toString('hex'),
  );
});

test('forwarding is what RTM_NEWNETCONF says, if it says it', () => {
  expect(decodeForwarding(hex('02000000 0800 0100 ffffffff 0800 0200 01000000'))).toBe(1);
  expect(decodeForwarding(hex('02000000 0800 0100 ffffffff'))).toBeUndefined();
});

/** An RTM_NEWLINK whose IFLA_AF_SPEC has `net.ipv6.conf` as these numbers. */
function linkWith(values: readonly number[]): Buffer {
  const attribute = (type: number, value: Buffer) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(4 + value.length, 0);
    head.writeUInt16LE(type, 2);
    return Buffer.concat([head, value]);
  };
  const conf = Buffer.from(Int32Array.from(values).buffer);
  return Buffer.concat([Buffer.alloc(16), attribute(26, attribute(10, attribute(2, conf)))]);
}

test('accept_ra is the fourth, ndisc_notify the thirtieth of net.ipv6.conf', () => {
  const values = Array.from({ length: 50 }, (_, i) => 100 + i);
  expect(decodeIpv6Conf(linkWith(values))).toEqual({ acceptRa: 103, ndiscNotify: 129 });
});

test('a link without IPv6, or of a kernel that tells less, has none', () => {
  expect(decodeIpv6Conf(Buffer.alloc(16))).toBeUndefined();
  expect(decodeIpv6Conf(linkWith([1, 2, 3]))).toBeUndefined();
});
