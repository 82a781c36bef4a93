/** Any frame that could matter to a program, for property tests: mostly right, and wrong in a few places. */
import fc from 'fast-check';
import {
  arp,
  broadcast,
  ethernet,
  extension,
  icmp,
  ipv4,
  ipv6,
  join,
  macOption,
  neighbour,
  overwritten,
  tagged,
  tcp,
  u8,
  udp,
} from './frames.testing.ts';
import type { Received } from './interpreter.testing.ts';

/** What frames are about: values that a program under test compares with, and some that it does not. */
export interface Vocabulary {
  macs: readonly string[];
  v4: readonly string[];
  v6: readonly string[];
  ports: readonly number[];
}

const icmpTypes = [0, 3, 5, 8, 9, 11, 12, 13, 0x11, 0x22];
const icmpv6Types = [1, 2, 3, 4, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 143];
const protocols = [6, 17, 1, 58, 2, 0, 44, 47];
const extensions = [0, 44, 43, 51, 60, 135, 139, 140, 50];
const likelyBytes = [0, 1, 2, 4, 6, 8, 17, 0x3a, 0x45, 0x46, 0x4f, 0x60, 0x6f, 0x80, 0xff];

/** Frames of the vocabulary, some of them with bytes changed, cut short, made longer, tagged. */
export function anyFrame(words: Vocabulary): fc.Arbitrary<Received> {
  const [mac, v4, v6] = [words.macs, words.v4, words.v6].map((list) => fc.constantFrom(...list)) as [
    fc.Arbitrary<string>,
    fc.Arbitrary<string>,
    fc.Arbitrary<string>,
  ];
  const link = fc.record({
    from: mac,
    to: fc.oneof({ arbitrary: mac, weight: 8 }, fc.constantFrom(broadcast, '33:33:00:00:00:01', '01:80:c2:00:00:0e')),
  });
  const port = fc.constantFrom(...words.ports);
  const segment = fc.tuple(port, fc.constantFrom(2, 0x10, 0x12, 4, 1)).map(([to, flags]) => tcp(to, flags));
  const datagram = fc.tuple(port, port).map(([to, from]) => udp(to, from));
  const options = seldom(6, u8(), fc.constantFrom(u8(1, 1, 1, 1), u8(0x94, 4, 0, 0, 1, 1, 1, 1)));
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

  const message4 = fc.oneof(
    fc.constantFrom(...icmpTypes).map((type) => icmp(type)),
    segment,
    datagram,
  );
  const packet4 = (inner: fc.Arbitrary<Uint8Array>) =>
    fc
      .record({
        link,
        from: v4,
        to: v4,
        protocol: fc.constantFrom(...protocols),
        options,
        payload: inner,
        moreFragments: seldom(8, false, fc.constant(true)),
        fragmentOffset: seldom(8, 0, fc.constantFrom(1, 0x1fff)),
      })
      .map(({ link, payload, ...fields }) => ipv4(link, fields, payload));
  const error4 = fc
    .record({ type: fc.constantFrom(3, 11, 12, 5), quoted: packet4(message4) })
    .map(({ type, quoted }) => icmp(type, join(u8(0, 0, 0, 0), quoted.subarray(14))));
  const proper4 = fc
    .record({
      link,
      from: v4,
      to: v4,
      options,
      of: fc.oneof(pair(1, error4), pair(1, message4), pair(6, segment), pair(17, datagram)),
    })
    .map(({ link, from, to, options, of: [protocol, payload] }) =>
      ipv4(link, { from, to, options, protocol }, payload),
    );

  const discovery = fc
    .record({
      type: fc.constantFrom(135, 136),
      target: v6,
      options: fc.array(
        fc.oneof(
          fc.tuple(fc.constantFrom(1, 2), mac).map(([kind, of]) => macOption(kind, of)),
          fc.constant(join(u8(14, 1), new Uint8Array(6))),
        ),
        { maxLength: 2 },
      ),
    })
    .map(({ type, target, options }) => neighbour(type, target, ...options));
  const message6 = fc.oneof(
    fc.constantFrom(...icmpv6Types).map((type) => icmp(type)),
    discovery,
  );
  const hopLimit = fc.oneof({ arbitrary: fc.constant(255), weight: 5 }, fc.constantFrom(64, 254, 0));
  const packet6 = (of: fc.Arbitrary<readonly [number, Uint8Array]>) =>
    fc
      .record({ link, from: v6, to: v6, hopLimit, of })
      .map(({ link, of: [nextHeader, payload], ...fields }) => ipv6(link, { ...fields, nextHeader }, payload));
  const error6 = fc
    .record({ type: fc.constantFrom(1, 2, 3, 4), quoted: packet6(fc.oneof(pair(6, segment), pair(58, message6))) })
    .map(({ type, quoted }) => icmp(type, join(u8(0, 0, 0, 0), quoted.subarray(14))));
  const upper6 = fc.oneof(
    pair(58, message6),
    pair(58, error6),
    pair(6, segment),
    pair(17, datagram),
    pair(6, discovery),
    pair(58, segment),
  );
  const behind = fc
    .tuple(fc.constantFrom(...extensions), fc.oneof(upper6, pair(44, segment), pair(0, message6)))
    .map(([header, [next, payload]]) => [header, extension(next, payload)] as const);

  const question = fc
    .record({ link, operation: fc.constantFrom(1, 2, 1, 2, 1, 2, 3, 0), sender: fc.tuple(mac, v4), target: v4 })
    .map(({ link, ...fields }) => arp(link, fields));
  const other = fc
    .tuple(link, fc.constantFrom(0x88cc, 0x0026, 0x8100, 0x86dd, 0x0800), bytes(60))
    .map(([of, type, payload]) => ethernet(of, type, payload));

  const proper = fc.oneof(
    question,
    proper4,
    packet4(message4),
    packet6(upper6),
    packet6(upper6),
    packet6(behind),
    other,
  );
  const changes = fc.oneof(
    { arbitrary: fc.constant<[number, number][]>([]), weight: 2 },
    fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(...likelyBytes), fc.nat(255))), {
      minLength: 1,
      maxLength: 3,
    }),
  );
  return fc
    .record({
      frame: proper,
      changes,
      isTagged: seldom(30, false, fc.constant(true)),
      tag: seldom(30, 0, fc.constantFrom(0x8100, 0x88a8)),
      size: fc.oneof({ arbitrary: fc.constant(0), weight: 5 }, fc.integer({ min: -70, max: 30 })),
    })
    .map(({ frame, changes, isTagged, tag, size }) => {
      const changed = changes.reduce((f, [at, to]) => overwritten(f, at % f.length, u8(to)), frame);
      const long =
        size > 0 ? join(changed, new Uint8Array(size)) : changed.subarray(0, Math.max(0, changed.length + size));
      return { frame: tag && long.length > 14 ? tagged(long, tag) : long, isTagged };
    });
}

/** `usual`, and once in so many times another. */
function seldom<T>(times: number, usual: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ arbitrary: fc.constant(usual), weight: times - 1 }, { arbitrary: other, weight: 1 });
}

function pair(protocol: number, payload: fc.Arbitrary<Uint8Array>): fc.Arbitrary<readonly [number, Uint8Array]> {
  return payload.map((bytes) => [protocol, bytes] as const);
}
