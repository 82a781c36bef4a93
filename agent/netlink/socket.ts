/** A netlink route socket: batches with one answer a message, and dumps that are whole. */
import { splitByAnswers } from './answers.ts';
import { NETLINK, NLM_F, NLMSG, NLMSGERR_ATTR_MSG, SOL_NETLINK } from './constants.ts';
import { encodeBatch, encodeMessage, type Message, parseAttributes, type Received, splitMessages } from './message.ts';
import { enlargeReceiveBuffer } from './receive-buffer.ts';
import {
  bindNetlink,
  close,
  connectToKernel,
  errnoName,
  limitReceive,
  MSG_DONTWAIT,
  netlinkSocket,
  receive,
  send,
  setOption,
} from './sys/libc.ts';

/** The kernel's answer to one message of a batch. */
export interface Outcome {
  /** 0 for success, else a positive errno. */
  errno: number;
  /** The kernel's own words (NETLINK_EXT_ACK), often empty. */
  reason: string;
  /** What NLM_F_ECHO brought back. */
  echo: readonly Received[];
}

/** Most messages of a batch: done, and nothing was said of it. */
const silence: Outcome = { errno: 0, reason: '', echo: [] };

/** A request the kernel refused; `errno` positive. */
export class NetlinkError extends Error {
  readonly errno: number;
  constructor(errno: number, reason: string) {
    super(`${errnoName(errno)}${reason ? ` (${reason})` : ''}`);
    this.errno = errno;
  }
}

const EINTR = 4;
const ETIMEDOUT = 110;
const dumpAttempts = 8;
/** The kernel answers in microseconds, unless an answer was lost (ENOBUFS): then it never comes. In milliseconds. */
const defaultPatience = 10_000;

// One for all sockets: every exchange is synchronous, and what outlives it is copied.
const buffer = Buffer.allocUnsafe(256 * 1024);

/** Length of the request that an error message repeats; with NETLINK_CAP_ACK only its header. */
function acknowledgement({ body, flags }: Received): { errno: number; reason: string } {
  const errno = Math.abs(body.readInt32LE(0));
  const NLM_F_ACK_TLVS = 0x200;
  const NLM_F_CAPPED = 0x100;
  if ((flags & NLM_F_ACK_TLVS) === 0) return { errno, reason: '' };
  const repeated = (flags & NLM_F_CAPPED) !== 0 || errno === 0 ? 16 : body.readUInt32LE(4);
  return { errno, reason: parseAttributes(body, 4 + repeated).text(NLMSGERR_ATTR_MSG) ?? '' };
}

export class RouteSocket {
  readonly fd: number;
  readonly #patience: number;
  #sequence = 0;

  /**
   * Takes over `fd`, a netlink route socket of whatever namespace. `patience` is how long, in milliseconds, a request
   * waits for the kernel's next word before it fails with ETIMEDOUT.
   */
  constructor(fd: number, patience = defaultPatience) {
    this.fd = fd;
    this.#patience = patience;
    connectToKernel(fd);
    limitReceive(fd, patience);
    setOption(fd, SOL_NETLINK, NETLINK.CAP_ACK, 1);
    setOption(fd, SOL_NETLINK, NETLINK.EXT_ACK, 1);
    setOption(fd, SOL_NETLINK, NETLINK.GET_STRICT_CHK, 1);
  }

  /** Opens one in the namespace the calling thread is in. */
  static open(): RouteSocket {
    const fd = netlinkSocket();
    bindNetlink(fd);
    return new RouteSocket(fd);
  }

  /** Room for that many bytes of answers, for dumps and bulk work. */
  enlarge(bytes: number): void {
    enlargeReceiveBuffer(this.fd, bytes);
  }

  close(): void {
    close(this.fd);
  }

  #next(): number {
    this.#sequence = (this.#sequence + 1) >>> 0;
    return this.#sequence;
  }

  /**
   * Sends all messages in one datagram, or in several where the answers to one would not fit into the socket's buffer.
   * The kernel goes on past one that fails; the outcomes are in the order of the messages.
   */
  transact(messages: readonly Message[]): Outcome[] {
    const parts = splitByAnswers(messages);
    return parts.length === 1 ? this.#transactOnce(parts[0]!) : parts.flatMap((some) => this.#transactOnce(some));
  }

  /**
   * Outcomes are found by their sequence numbers. Only the last message asks for an acknowledgement: errors come unasked and
   * in order, and each answer costs the kernel a buffer and us a system call.
   */
  #transactOnce(messages: readonly Message[]): Outcome[] {
    const first = (this.#sequence + 1) >>> 0;
    this.#sequence = (this.#sequence + messages.length) >>> 0;
    const outcomes = messages.map(() => silence);
    if (messages.length === 0) return outcomes;
    send(this.fd, encodeBatch(messages, first, NLM_F.REQUEST, NLM_F.ACK));
    for (let complete = false; !complete; ) {
      for (const received of this.#receive()) {
        const at = (received.sequence - first) >>> 0;
        const outcome = outcomes[at];
        if (!outcome) continue;
        if (received.type === NLMSG.ERROR) {
          outcomes[at] = { ...acknowledgement(received), echo: outcome.echo };
          complete ||= at === messages.length - 1;
        } else {
          const { type, flags, sequence } = received;
          const kept: Received = { type, flags, sequence, body: Buffer.from(received.body) };
          outcomes[at] = { errno: outcome.errno, reason: outcome.reason, echo: [...outcome.echo, kept] };
        }
      }
    }
    return outcomes;
  }

  /** One message; throws {@link NetlinkError}. */
  request(message: Message): readonly Received[] {
    const [outcome] = this.transact([message]);
    if (outcome!.errno !== 0) throw new NetlinkError(outcome!.errno, outcome!.reason);
    return outcome!.echo;
  }

  /**
   * A whole dump: one that the kernel calls interrupted (something changed meanwhile) is made again.
   * `decode` sees each message's body while it is valid.
   */
  dump<T>(message: Message, decode: (body: Buffer) => T): T[] {
    for (let attempt = 1; attempt <= dumpAttempts; attempt++) {
      const result = this.#dumpOnce(message, decode);
      if (result) return result;
    }
    throw new NetlinkError(EINTR, `a dump of type ${message.type} was interrupted ${dumpAttempts} times in a row`);
  }

  #dumpOnce<T>(message: Message, decode: (body: Buffer) => T): T[] | undefined {
    const sequence = this.#next();
    send(this.fd, encodeMessage(message, sequence, NLM_F.REQUEST));
    const result: T[] = [];
    let interrupted = false;
    for (;;) {
      for (const received of this.#receive()) {
        if (received.sequence !== sequence) continue;
        if ((received.flags & NLM_F.DUMP_INTR) !== 0) interrupted = true;
        if (received.type === NLMSG.DONE) {
          const errno = received.body.length >= 4 ? -received.body.readInt32LE(0) : 0;
          if (errno > 0) throw new NetlinkError(errno, '');
          return interrupted ? undefined : result;
        }
        if (received.type === NLMSG.ERROR) {
          const { errno, reason } = acknowledgement(received);
          throw new NetlinkError(errno, reason);
        }
        result.push(decode(received.body));
      }
    }
  }

  #receive(): Received[] {
    const length = this.#receiveOrDrain();
    if (length < 0) throw new NetlinkError(ETIMEDOUT, `no answer within ${this.#patience} ms`);
    return splitMessages(buffer, length);
  }

  /** After ENOBUFS the kernel drops every answer in silence until all that it has queued is read. */
  #receiveOrDrain(): number {
    try {
      return receive(this.fd, buffer);
    } catch (error) {
      while (receive(this.fd, buffer, MSG_DONTWAIT) >= 0);
      throw error;
    }
  }
}
