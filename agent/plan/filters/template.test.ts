import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assemble, goto, label } from './assembler.ts';
import { unlessAnyBytes, unlessBytes, when } from './decisions.ts';
import { passArpFor, passNeighbourDiscoveryFor } from './neighbours.ts';
import { ethernet, etherType, ipv4, ipv6, skipIpv6Header } from './packet.ts';
import { byTemplate, type Own } from './template.ts';

/** Everything that the programs do with a MAC and with addresses. */
const program = ({ mac, v4, v6 }: Own) =>
  assemble([
    unlessBytes(ethernet.source, mac, 'drop'),
    unlessAnyBytes(ipv6.source, v6, 'drop'),
    unlessAnyBytes(ipv4.source, v4, 'drop'),
    when(ethernet.type, etherType.arp, 'arp'),
    skipIpv6Header(),
    passNeighbourDiscoveryFor(v6),
    goto('drop'),
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

test('assembling is done once for each shape and number of addresses', () => {
  let times = 0;
  const counted = (one: Own) => {
    times++;
    return program(one);
  };
  const like = (last: number): Own => ({ mac: new Uint8Array(6), v4: [Uint8Array.of(192, 0, 2, last)], v6: [] });
  byTemplate('one', like(1), counted);
  byTemplate('one', like(2), counted);
  expect(times).toBe(1);
  byTemplate('another', like(1), counted);
  expect(times).toBe(2);
});
