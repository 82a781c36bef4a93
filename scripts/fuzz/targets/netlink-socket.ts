/**
 * A netlink exchange in which the kernel's side says too little, too much, late, twice or nonsense: it ends with an answer
 * or an error, and the socket goes on working.
 */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { dumpLinks, getLink } from '../../../agent/netlink/codec/link.ts';
import { decodeLink } from '../../../agent/netlink/codec/link-decode.ts';
import { NLM_F, NLMSG, RTM } from '../../../agent/netlink/constants.ts';
import { splitMessages } from '../../../agent/netlink/message.ts';
import { NetlinkError, RouteSocket } from '../../../agent/netlink/socket.ts';
import { netlinkSocket, SystemError } from '../../../agent/netlink/sys/libc.ts';
import { datagram } from '../datagram.ts';
import { type DumpAnswer, wholeDump } from '../dump-twin.ts';
import { mutatedBytes } from '../mutate/bytes.ts';
import { captureDatagrams } from '../netlink-captures.ts';
import { limitBuffer, NetlinkPeer } from '../netlink-peer.ts';
import { must, type Target } from '../target.ts';

/** Milliseconds a request waits here, where an answer is there at once or never. */
const patience = 2;
const floodPatience = 1000;

interface Answer extends DumpAnswer {
  errno: number;
  flags: number;
  garbage: Buffer;
}

const nothing = { errno: 0, flags: 0, garbage: Buffer.alloc(0), joined: false };

interface Input {
  /** Messages of a batch; 0 for a dump. */
  messages: number;
  answers: Answer[];
  /** The real kernel instead, and a buffer that all its answers do not fit in. */
  flood: boolean;
}

const link = (name: string) => getLink({ name });
/** What follows the errno in an error: the header of the request. */
const header = new Uint8Array(16);

function bytesOf({ what, sequence, errno, flags, garbage }: Answer, bodies: readonly Buffer[]): Buffer {
  const message = (type: number, body: Uint8Array, extra = 0) => datagram(type, flags | extra, sequence, body);
  const body = bodies[errno % bodies.length] ?? header;
  const code = (value: number) =>
    Buffer.concat([Int32Array.of(value), header].map((part) => new Uint8Array(part.buffer)));
  switch (what) {
    case 'data':
      return message(RTM.NEWLINK, body, 2);
    case 'interrupted':
      return message(RTM.NEWLINK, body, NLM_F.DUMP_INTR | 2);
    case 'ack':
      return message(NLMSG.ERROR, code(0));
    case 'error':
      return message(NLMSG.ERROR, code(-errno));
    case 'done':
      return message(NLMSG.DONE, new Uint8Array(4));
    case 'odd':
      // NLMSG_NOOP, NLMSG_OVERRUN, and types that nobody has heard of.
      return message([1, 4, 0, 0xffff][errno % 4]!, body);
    case 'garbage':
      return garbage;
  }
}

function datagramsOf(answers: readonly Answer[], bodies: readonly Buffer[]): Buffer[] {
  const datagrams: Buffer[] = [];
  for (const answer of answers) {
    const before = answer.joined ? datagrams.pop() : undefined;
    datagrams.push(Buffer.concat([before ?? Buffer.alloc(0), bytesOf(answer, bodies)]));
  }
  return datagrams;
}

function orKnownError<T>(exchange: () => T): T | undefined {
  try {
    return exchange();
  } catch (error) {
    const known = error instanceof NetlinkError || error instanceof SystemError || error instanceof RangeError;
    if (!known) throw error;
    return undefined;
  }
}

/** Garbage may be, or hide, any answer. */
function mustBeWhole(dump: object, answers: readonly Answer[]): void {
  if (answers.some(({ what }) => what === 'garbage')) return;
  const expected = wholeDump(answers);
  must(isDeepStrictEqual(dump, expected), `a dump of ${JSON.stringify(dump)} instead of ${JSON.stringify(expected)}`);
}

function withPeer({ messages, answers }: Input, bodies: readonly Buffer[]): void {
  const peer = new NetlinkPeer();
  const socket = new RouteSocket(peer.client, patience);
  try {
    must(!peer.answer(Buffer.alloc(16)), 'another process can speak in the place of the kernel');
    peer.takeOver();
    for (const datagram of datagramsOf(answers, bodies)) peer.answer(datagram);
    const batch = Array.from({ length: messages }, (_, i) => link(`if${i}`));
    const got = orKnownError(() => (messages === 0 ? socket.dump(dumpLinks(), decodeLink) : socket.transact(batch)));
    const sent = peer.requests().flatMap((datagram) => splitMessages(datagram).map(({ sequence }) => sequence));
    if (messages === 0 && got) mustBeWhole({ requests: sent.length, messages: got.length }, answers);
    must(sent.length <= Math.max(messages, 8), `${sent.length} requests for ${messages} messages`);

    // Not even a confused kernel answers what was not asked yet.
    if (answers.some(({ sequence }) => sequence === sent.length + 1)) return;
    // Behind whatever is left, the answer to another request is found.
    const ack: Answer = { ...nothing, what: 'error', sequence: sent.length + 1, errno: 19 };
    must(peer.answer(bytesOf(ack, bodies)), 'no room for an answer');
    let outcome: unknown;
    try {
      [outcome] = socket.transact([link('other')]);
    } catch (error) {
      // The garbage that the first exchange had not come to.
      if (error instanceof RangeError && answers.some(({ what }) => what === 'garbage')) return;
      throw error;
    }
    must((outcome as { errno: number }).errno === 19, `the next request came to ${JSON.stringify(outcome)}`);
  } finally {
    socket.close();
    peer.close();
  }
}

function flood(messages: number): void {
  const socket = new RouteSocket(netlinkSocket(), floodPatience);
  try {
    limitBuffer(socket.fd, 16 * 1024);
    orKnownError(() => socket.transact(Array.from({ length: messages * 100 }, (_, i) => link(`none${i}`))));
    orKnownError(() => socket.dump(dumpLinks(), decodeLink));
    const [outcome] = socket.transact([link('lo')]);
    must(outcome?.errno === 0 && outcome.echo.length === 1, `after a flood: ${JSON.stringify(outcome)}`);
  } finally {
    socket.close();
  }
}

/** One dump after the other, some of them interrupted, as a kernel would send them. */
const dumps: fc.Arbitrary<Answer[]> = fc
  .array(fc.array(fc.constantFrom('data', 'data', 'interrupted'), { maxLength: 3 }), { minLength: 1, maxLength: 3 })
  .map((attempts) =>
    attempts.flatMap((contents, i) =>
      [...contents, 'done' as const].map((what, at) => ({ ...nothing, what, sequence: i + 1, joined: at % 2 === 1 })),
    ),
  );

export async function open(): Promise<Target<Input>> {
  const datagrams = captureDatagrams();
  const bodies = datagrams.flatMap((datagram) =>
    splitMessages(datagram).flatMap(({ type, body }) => (type === RTM.NEWLINK ? [body] : [])),
  );
  const answer: fc.Arbitrary<Answer> = fc.record({
    what: fc.constantFrom('data', 'data', 'ack', 'error', 'done', 'interrupted', 'odd', 'garbage'),
    sequence: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 3 }) },
      { weight: 1, arbitrary: fc.constantFrom(0, 1000, 0xffffffff) },
    ),
    errno: fc.constantFrom(1, 2, 3, 4, 16, 17, 19, 22, 105, 0x7fffffff),
    flags: fc.constantFrom(0, 0x100, 0x200, 0x300),
    garbage: mutatedBytes(datagrams),
    joined: fc.boolean(),
  });
  const input = fc.record({
    messages: fc.oneof(fc.constant(0), fc.nat(6)),
    answers: fc.oneof({ weight: 3, arbitrary: fc.array(answer, { maxLength: 8 }) }, { weight: 1, arbitrary: dumps }),
    flood: fc.integer({ min: 1, max: 100 }).map((n) => n === 1),
  });
  return {
    input,
    show: ({ answers, ...rest }) =>
      JSON.stringify({ ...rest, answers: answers.map((one) => ({ ...one, garbage: one.garbage.toString('hex') })) }),
    run: (one) => (one.flood ? flood(one.messages) : withPeer(one, bodies)),
  };
}
