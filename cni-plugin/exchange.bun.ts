/** One request to the agent with the netlink socket of the pod's namespace attached. */
import { ptr } from 'bun:ffi';
import { maxFrame } from '../common/protocol.ts';
import { Deadline } from './deadline.ts';
import { systemCallFailed } from './failures.ts';
import { handOver } from './hand-over.bun.ts';
import { Errno, errno, errorText, networkCalls as libc, longWayCalls, stdio } from './libc.bun.ts';
import { openNetlinkIn } from './namespace.bun.ts';
import { agentAway, agentSilent, answerCutOff, answerTooLong } from './no-answer.ts';
import type { Exchange } from './system.ts';
import { iovec, msghdr, rightsMessage, sockaddrUn, timeval } from './unix-message.ts';

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
const MSG_NOSIGNAL = 0x4000;

const newline = 10;
const away: ReadonlySet<number> = new Set([Errno.ENOENT, Errno.ECONNREFUSED, Errno.EAGAIN]);

/** {@link System.exchange}; after a call with `netns` the process stays in that namespace. */
export function exchange({ socketPath, line, timeout, netns }: Exchange): string {
  const deadline = new Deadline(timeout);
  const { asked } = handOver;
  if (asked && netns !== undefined) {
    delete handOver.asked;
    return answered(asked.agent, socketPath, deadline, asked.received);
  }
  // Before setns: a unix socket belongs to the namespace that made it.
  const agent = checked('socket(AF_UNIX)', libc().socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  let netlink: number | undefined;
  try {
    if (netns !== undefined) netlink = openNetlinkIn(netns);
    connect(agent, socketPath, deadline);
    send(agent, socketPath, new TextEncoder().encode(line), netlink, deadline);
  } catch (error) {
    longWayCalls().close(agent);
    throw error;
  } finally {
    if (netlink !== undefined) longWayCalls().close(netlink);
  }
  return answered(agent, socketPath, deadline);
}

function answered(agent: number, socketPath: string, deadline: Deadline, already?: Uint8Array): string {
  try {
    return receiveLine(agent, socketPath, deadline, already);
  } finally {
    longWayCalls().close(agent);
  }
}

function connect(agent: number, socketPath: string, deadline: Deadline): void {
  const address = sockaddrUn(new TextEncoder().encode(socketPath));
  // The time a connect may wait for a place in the agent's queue.
  limitWait(agent, SO_SNDTIMEO, deadline);
  while (libc().connect(agent, address, address) < 0) {
    const code = errno();
    if (code !== Errno.EINTR) throw agentAway(socketPath, away.has(code), errorText(code));
  }
}

function send(
  agent: number,
  socketPath: string,
  bytes: Uint8Array,
  netlink: number | undefined,
  deadline: Deadline,
): void {
  let rest = bytes;
  let attached = netlink;
  while (rest.length > 0) {
    const sent =
      attached === undefined ? longWayCalls().send(agent, rest, rest, MSG_NOSIGNAL) : sendWith(agent, rest, attached);
    if (sent >= 0) {
      rest = rest.subarray(sent);
      attached = undefined;
      continue;
    }
    const code = errno();
    if (code === Errno.EINTR) continue;
    // The agent has closed: what it had to say about us is still to be read.
    if (code === Errno.EPIPE) return;
    if (code === Errno.EAGAIN) throw agentSilent(socketPath, deadline.whole);
    throw answerCutOff(socketPath, '', errorText(code));
  }
}

function sendWith(agent: number, bytes: Uint8Array, descriptor: number): number {
  const control = rightsMessage(descriptor);
  const iov = iovec(ptr(bytes), bytes.length);
  const message = msghdr(ptr(iov), ptr(control), control.length);
  const sent = libc().sendmsg(agent, message, MSG_NOSIGNAL);
  // The collector does not see the addresses inside iov and message: this use keeps their targets alive.
  return control.length + iov.length + bytes.length > 0 ? sent : -1;
}

/** `already` is what has been read of the answer. */
function receiveLine(
  agent: number,
  socketPath: string,
  deadline: Deadline,
  already: Uint8Array = new Uint8Array(0),
): string {
  let received = already;
  const whole = received.indexOf(newline);
  if (whole >= 0) return text(received.subarray(0, whole));
  const chunk = new Uint8Array(64 * 1024);
  for (;;) {
    limitWait(agent, SO_RCVTIMEO, deadline);
    const count = stdio.read(agent, chunk, chunk);
    if (count <= 0) {
      const code = count < 0 ? errno() : 0;
      if (code === Errno.EINTR) continue;
      if (code === Errno.EAGAIN) throw agentSilent(socketPath, deadline.whole);
      throw answerCutOff(socketPath, text(received), code === 0 ? 'end of file' : errorText(code));
    }
    const part = chunk.subarray(0, count);
    const end = part.indexOf(newline);
    if (end >= 0) return text(concat(received, part.subarray(0, end)));
    received = concat(received, part);
    if (received.length > maxFrame) throw answerTooLong(socketPath, maxFrame);
  }
}

function limitWait(socket: number, option: number, deadline: Deadline): void {
  // A timeval of zero would mean to wait for ever.
  const limit = timeval(Math.max(1, deadline.left));
  checked('setsockopt', libc().setsockopt(socket, SOL_SOCKET, option, limit, limit));
}

function checked(call: string, value: number): number {
  if (value < 0) throw systemCallFailed(call, errorText());
  return value;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
