import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toBytes } from '../../../common/addresses.ts';
import { assemble, goto, label } from './assembler.ts';
import { unlessAnyAddressKept, unlessAnyBytes, unlessBytes } from './byte-strings.ts';
import { when } from './decisions.ts';
import { passArpFor, passNeighbourDiscoveryToGroup } from './neighbours.ts';
import { ethernet, etherType, ipv4, ipv6 } from './packet.ts';
import { byTemplate, type Own } from './template.ts';

/** Everything that the programs do with a MAC and with addresses. */
const program = ({ mac, v4, v6 }: Own) =>
  assemble([
    unlessBytes(ethernet.source, mac, 'drop'),
    unlessAnyBytes(ipv6.source, v6, 'drop'),
    unlessAnyBytes(ipv4.source, v4, 'drop'),
    when(ethernet.type, etherType.arp, 'arp'),
    passNeighbourDiscoveryToGroup(v6, 'about own'),
    goto('drop'),
    label('about own'),
    unlessAnyAddressKept(v6, 'drop'),
    goto('pass'),
    label('arp'),
    passArpFor(v4),
  ]);

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Uint8Array.from(array));
// Few different bytes: equal words, equal groups and words that programs hold anyway come often.
const plain = (length: number) =>
  fc.array(fc.constantFrom(0, 1, 2, 0xff), { minLength: length, maxLength: length }).map((a) => Uint8Array.from(a));
const address = (length: number) => fc.oneof(bytes(length), plain(length));
const own = fc.record({
  mac: address(6),
  v4: fc.array(address(4), { maxLength: 3 }),
  v6: fc.array(address(16), { maxLength: 4 }),
});

test('a program filled in from a template is the one that assembling it gives', () => {
  fc.assert(fc.property(own, (one) => expect(byTemplate('', one, program)).toEqual(program(one))));
});

test('most addresses of pods have the template of their subnet', () => {
  let times = 0;
  for (let host = 1; host < 200; host++) {
    const v6 = [toBytes(`2001:db8:0:1::${host.toString(16)}`), toBytes(`fe80::5eff:fe10:${host.toString(16)}`)];
    const one = { mac: Uint8Array.of(2, 0, 0x5e, 0x10, 7, host), v4: [Uint8Array.of(192, 0, 2, host)], v6 };
    byTemplate('subnet', one, (like) => {
      times++;
      return program(like);
    });
  }
  // With host 1 the second word is equal to the last.
  expect(times).toBe(2);
});

test('assembling is done once for each shape, number of addresses and of words that are equal', () => {
  let times = 0;
  const counted = (one: Own) => {
    times++;
    return program(one);
  };
  const like = (last: number): Own => ({
    mac: Uint8Array.of(2, 0, 0x5e, 0, 0, 1),
    v4: [Uint8Array.of(192, 0, 2, last)],
    v6: [],
  });
  byTemplate('one', like(1), counted);
  byTemplate('one', like(2), counted);
  expect(times).toBe(1);
  byTemplate('another', like(1), counted);
  expect(times).toBe(2);
});
