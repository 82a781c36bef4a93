import { describe, expect, test } from '@jest/globals';
import { decodeNotice } from './notice.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

describe('an announcement tells which object changed:', () => {
  test.each([
    // ifinfomsg of link 7, IFLA_IFNAME "eth1".
    [
      'a link',
      16,
      '00000100 07000000 43100000 00000000 09000300 65746831 00000000',
      { about: 'link', index: 7, name: 'eth1', gone: false },
    ],
    [
      'a link that is gone',
      17,
      '00000100 07000000 00000000 00000000 09000300 65746831 00000000',
      { about: 'link', index: 7, name: 'eth1', gone: true },
    ],
    // Family AF_BRIDGE.
    [
      'a port that left its bridge',
      17,
      '07000100 07000000 00000000 00000000 09000300 65746831 00000000',
      { about: 'link', index: 7, name: 'eth1', gone: false },
    ],
    ['an address', 20, '02180000 07000000', { about: 'on-link', index: 7 }],
    ['a filter', 45, '00000000 07000000 01000000 f2ffffff 0003bf69', { about: 'on-link', index: 7 }],
    ['a forwarding entry', 29, '07000000 07000000 80000200', { about: 'port', index: 7 }],
    // rtmsg 0.0.0.0/0 table 252 (RT_TABLE_COMPAT), RTA_TABLE 1001, RTA_OIF 7.
    [
      'a route',
      25,
      '02000000 fc040001 00000000 08000f00 e9030000 08000400 07000000',
      { about: 'route', table: 1001, index: 7 },
    ],
    ['a route to nowhere', 24, '02000000 fe040007 00000000', { about: 'route', table: 254, index: undefined }],
    ['a rule', 33, '02000000 00000001 00000000', { about: 'place' }],
    ['a setting of an interface', 80, '02000000 08000100 07000000', { about: 'on-link', index: 7 }],
    ['a setting of all', 80, '02000000 08000100 ffffffff', { about: 'place' }],
  ])('%s', (_, type, body, notice) => {
    expect(decodeNotice({ type, body: bytes(body) })).toEqual(notice);
  });
});

test('neighbours, cached routes and what is unknown concern nobody', () => {
  const arp = { type: 28, body: bytes('02000000 07000000 02000000') };
  const cloned = { type: 24, body: bytes('0a800000 fe000001 00020000') };
  expect([arp, cloned, { type: 99, body: bytes('00000000') }].map(decodeNotice)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
