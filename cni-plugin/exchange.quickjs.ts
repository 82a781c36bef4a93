/** One request to the agent with the netlink socket of the pod's namespace attached. */
import { maxFrame } from '../common/protocol.ts';
import { Deadline } from './deadline.ts';
import { checked, Errno, encode, errorText, libc, O_CLOEXEC } from './libc.quickjs.ts';
import { openNamespace, openNetlinkIn } from './namespace.quickjs.ts';
import { agentAway, agentSilent, answerCutOff, answerTooLong } from './no-answer.ts';
import { iovec, msghdr, rightsMessage, sockaddrUn, timeval } from './structures.ts';
import type { Exchange } from './system.ts';

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
const MSG_NOSIGNAL = 0x4000;

const newline = 10;
const away: ReadonlySet<number> = new Set([Errno.ENOENT, Errno.ECONNREFUSED, Errno.EAGAIN]);

/** {@link System.exchange}; after a call with `netns` the process stays in that namespace. */
export function exchange({ socketPath, line, timeout, netns }: Exchange): string {
  const deadline = new Deadline(timeout);
  const opened: number[] = [];
  const keep = (descriptor: number) => {
    opened.push(descriptor);
    return descriptor;
  };
  try {
    const namespace = netns === undefined ? undefined : keep(openNamespace(netns));
    const agent = keep(checked('socket(AF_UNIX)', libc.socket(AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0)));
    // While we enter the namespace the agent wakes up.
    connect(agent, socketPath, deadline);
    const netlink = namespace === undefined ? undefined : keep(openNetlinkIn(namespace, netns!));
    send(agent, socketPath, encode(line), netlink, deadline);
    return receiveLine(agent, socketPath, deadline);
  } finally {
    for (const descriptor of opened) libc.close(descriptor);
  }
}

function connect(agent: number, socketPath: string, deadline: Deadline): void {
  const address = sockaddrUn(encode(socketPath));
  // The time a connect may wait for a place in the agent's queue.
  limitWait(agent, SO_SNDTIMEO, deadline);
  for (;;) {
    const code = -libc.connect(agent, address, address.length);
    if (code === 0) return;
    if (code !== Errno.EINTR) throw agentAway(socketPath, away.has(code), errorText(-code));
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
    const sent = sendWith(agent, rest, attached);
    if (sent >= 0) {
      rest = rest.subarray(sent);
      attached = undefined;
      continue;
    }
    const code = -sent;
    if (code === Errno.EINTR) continue;
    // The agent has closed: what it had to say about us is still to be read.
    if (code === Errno.EPIPE) return;
    if (code === Errno.EAGAIN) throw agentSilent(socketPath, deadline.whole);
    throw answerCutOff(socketPath, '', errorText(sent));
  }
}

function sendWith(agent: number, bytes: Uint8Array, descriptor: number | undefined): number {
  const control = descriptor === undefined ? new Uint8Array(0) : rightsMessage(descriptor);
  const iov = iovec(libc.addressOf(bytes), bytes.length);
  return libc.sendmsg(agent, msghdr(libc.addressOf(iov), libc.addressOf(control), control.length), MSG_NOSIGNAL);
}

function receiveLine(agent: number, socketPath: string, deadline: Deadline): string {
  let received = new Uint8Array(0);
  const chunk = new Uint8Array(64 * 1024);
  for (;;) {
    limitWait(agent, SO_RCVTIMEO, deadline);
    const count = libc.read(agent, chunk, chunk.length);
    if (count <= 0) {
      const code = -count;
      if (code === Errno.EINTR) continue;
      if (code === Errno.EAGAIN) throw agentSilent(socketPath, deadline.whole);
      throw answerCutOff(socketPath, libc.decode(received), code === 0 ? 'end of file' : errorText(count));
    }
    const part = chunk.subarray(0, count);
    const end = part.indexOf(newline);
    received = concat(received, end < 0 ? part : part.subarray(0, end));
    if (end >= 0) return libc.decode(received);
    if (received.length > maxFrame) throw answerTooLong(socketPath, maxFrame);
  }
}

function limitWait(socket: number, option: number, deadline: Deadline): void {
  // A timeval of zero would mean to wait for ever.
  const limit = timeval(Math.max(1, deadline.left));
  checked('setsockopt', libc.setsockopt(socket, SOL_SOCKET, option, limit, limit.length));
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
