import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Attribute,
  encodeMessage,
  type Message,
  parseAttributes,
  parseText,
  splitMessages,
  u8,
  u16,
  word,
} from './message.ts';

const bytes = (...hex: string[]) => Buffer.from(hex.join('').replaceAll(' ', ''), 'hex');

test('a message is a header, a fixed part, and attributes padded to four bytes', () => {
  const message: Message = {
    type: 16,
    flags: 0x600,
    header: [7],
    attributes: [
      [3, 'mv0a'],
      [
        18,
        [
          [1, 'vrf'],
          [2, [[1, 1001]]],
        ],
      ],
    ],
  };
  expect(encodeMessage(message, 0x01020304, 0x5)).toEqual(
    bytes(
      '38000000 1000 0506 04030201 00000000', // length, type, flags, sequence, port
      '07000000',
      '0900 0300 6d76306100 000000', // length without the padding
      '1800 1280', // nested
      '0800 0100 76726600',
      '0c00 0280',
      '0800 0100 e9030000',
    ),
  );
});

test('a datagram holds several messages', () => {
  const [first, second, ...none] = splitMessages(
    bytes('18000000 1000 0200 01000000 00000000 0102030405060708', '14000000 0300 0200 02000000 00000000 00000000'),
  );
  expect(first).toEqual({ type: 16, flags: 2, sequence: 1, body: bytes('0102030405060708') });
  expect(second).toEqual({ type: 3, flags: 2, sequence: 2, body: bytes('00000000') });
  expect(none).toEqual([]);
});

test.each([
  ['is longer than its datagram', '18000000 1000 0200 01000000 00000000'],
  ['is shorter than its header', '0f000000 1000 0200 01000000 00000000'],
  ['says nothing of its length', '00000000 1000 0200 01000000 00000000'],
])('a message that %s is an error', (_, hex) => {
  expect(() => splitMessages(bytes(hex))).toThrow(/^netlink message at byte 0 claims \d+ of 16 bytes$/);
});

test.each([
  ['is longer than what is left', '0900 0100 01020304'],
  ['is shorter than its header', '0300 0100 01020304'],
])('an attribute that %s is an error', (_, hex) => {
  expect(() => parseAttributes(bytes('00000000', hex), 4)).toThrow(
    /^netlink attribute at byte 4 claims \d of 8 bytes$/,
  );
});

test('a message cut within its fixed part is an error', () => {
  expect(() => parseAttributes(Buffer.alloc(8), 12)).toThrow('netlink message of 8 bytes lacks its fixed part of 12');
});

test('the flags "nested" and "network byte order" are no part of an attribute\'s type', () => {
  expect(parseAttributes(bytes('0400 12c0')).types).toEqual([18]);
});

test('an attribute is read as a number, as text, or as further attributes', () => {
  const attributes = parseAttributes(
    bytes('0800 0100 78563412', '0700 0200 6d7600 00', '0c00 0380 0800 0500 000000ff'),
  );
  expect(attributes.number(1)).toBe(0x12345678);
  expect(attributes.text(2)).toBe('mv');
  expect(attributes.nested(3)?.number(5)).toBe(0xff000000);
  expect([attributes.byte(1), attributes.byte(2)]).toEqual([0x78, 0x6d]);
  expect([attributes.byte(4), attributes.number(4), attributes.text(4), attributes.nested(4)]).toEqual(
    Array(4).fill(undefined),
  );
});

test('an attribute too short for a number is an error, and so is a nested one that reaches beyond it', () => {
  expect(() => parseAttributes(bytes('0600 0100 01020000')).number(1)).toThrow(
    'netlink attribute 1 has 2 bytes, not the 4 of a number',
  );
  expect(() => parseAttributes(bytes('0c00 0100 0900 0200 01000000')).nested(1)).toThrow(
    'netlink attribute at byte 4 claims 9 of 8 bytes',
  );
});

test('an attribute without a value has no first byte, whatever follows', () => {
  expect(parseAttributes(bytes('0400 0100', '0500 0200 78000000')).byte(1)).toBeUndefined();
});

test('text without a NUL ends with its attribute, whatever follows', () => {
  const attributes = parseAttributes(bytes('0600 0100 6d760000', '0500 0200 78000000'));
  expect([attributes.text(1), attributes.text(2)]).toEqual(['mv', 'x']);
});

test('text beyond ASCII is written in UTF-8', () => {
  const message: Message = { type: 1, flags: 0, header: [], attributes: [[1, 'zürich']] };
  expect(parseAttributes(encodeMessage(message, 1, 0), 16).text(1)).toBe('zürich');
});

test('text ends at its NUL, or without one', () => {
  expect(parseText(bytes('65746830 00 ff'))).toBe('eth0');
  expect(parseText(bytes('65746830'))).toBe('eth0');
});

test('numbers are little endian and unsigned', () => {
  const header = [word(0x12, 0x34, 0x56, 0xf8), 0xfedc_ba98];
  const attributes: Attribute[] = [
    [1, u8(0xf1)],
    [2, u16(0xf1f2)],
    [3, 0xf1f2_f3f4],
  ];
  const message = encodeMessage({ type: 0, flags: 0, header, attributes }, 0, 0);
  expect(message.subarray(16)).toEqual(
    bytes('123456f8 98badcfe', '0500 0100 f1000000', '0600 0200 f2f10000', '0800 0300 f4f3f2f1'),
  );
});

const leaf: fc.Arbitrary<Uint8Array> = fc.uint8Array({ maxLength: 40 });
type Tree = (readonly [type: number, value: Uint8Array | Tree])[];

/** Attributes nested up to `depth` levels. */
function trees(depth: number): fc.Arbitrary<Tree> {
  const value = depth === 0 ? leaf : fc.oneof(leaf, trees(depth - 1));
  const attribute = fc.tuple(fc.nat({ max: 0x3fff }), value);
  return fc.uniqueArray(attribute, { maxLength: 5, selector: ([type]) => type });
}

function expectParsed(body: Buffer, offset: number, attributes: Tree): void {
  const parsed = parseAttributes(body, offset);
  expect(parsed.types).toEqual(attributes.map(([type]) => type));
  for (const [type, value] of attributes) {
    if (value instanceof Uint8Array) expect([...parsed.get(type)!]).toEqual([...value]);
    else expectParsed(parsed.get(type)!, 0, value);
  }
}

test('any messages survive being sent in one datagram', () => {
  const header = fc.nat({ max: 5 }).map((words) => Array.from({ length: words }, (_, i) => 0x0102_0304 * i));
  const message = fc.record({ type: fc.nat({ max: 0xffff }), flags: fc.constant(0), header, attributes: trees(3) });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 4 }), (messages) => {
      const received = splitMessages(Buffer.concat(messages.map((one, i) => encodeMessage(one, i, 0x5))));
      expect(received.map(({ type, sequence, flags }) => ({ type, sequence, flags }))).toEqual(
        messages.map(({ type }, sequence) => ({ type, sequence, flags: 5 })),
      );
      received.forEach(({ body }, i) => {
        const { header: fixed, attributes } = messages[i]!;
        expect(fixed.map((_, word) => body.readUInt32LE(word * 4))).toEqual(fixed);
        expectParsed(body, fixed.length * 4, attributes);
      });
    }),
  );
});

test('any bytes are messages or a RangeError', () => {
  const small = fc.uint8Array({ maxLength: 200 }).map((random) => Buffer.from(random));
  // Lengths that lead somewhere are rare in random bytes.
  const plausible = small.map((random) => {
    if (random.length >= 4) random.writeUInt32LE(random[0]! % (random.length + 4), 0);
    return random;
  });
  const reader = (read: (random: Buffer) => unknown) => (random: Buffer) => {
    try {
      read(random);
    } catch (error) {
      expect(error).toHaveProperty('name', 'RangeError');
    }
  };
  fc.assert(fc.property(fc.oneof(small, plausible), reader(splitMessages)));
  fc.assert(
    fc.property(
      fc.oneof(small, plausible),
      reader((random) => parseAttributes(random)),
    ),
  );
});
