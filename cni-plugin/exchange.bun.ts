/** One request to the agent with the netlink socket of the pod's namespace attached. */
import { ptr } from 'bun:ffi';
import { maxFrame } from '../common/protocol.ts';
import {
  agentAway,
  agentSilent,
  answerCutOff,
  answerTooLong,
  namespaceUnusable,
  socketPathTooLong,
  sysctlRefused,
  systemCallFailed,
} from './failures.ts';
import { Errno, errno, type NetworkCalls, openNetworkCalls, stdio } from './libc.bun.ts';
import { exchangeDeadline } from './system.ts';
import { iovec, maxSocketPath, msghdr, rightsMessage, sockaddrUn, timeval } from './unix-message.ts';

const AF_UNIX = 1;
const AF_NETLINK = 16;
const SOCK_STREAM = 1;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
const O_WRONLY = 1;
const O_CLOEXEC = 0o2000000;
const CLONE_NEWNET = 0x40000000;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
const MSG_NOSIGNAL = 0x4000;

const newline = 10;

let opened: NetworkCalls | undefined;

function libc(): NetworkCalls {
  opened ??= openNetworkCalls();
  return opened;
}

/** {@link System.exchange}; after a call with `netns` the process stays in that namespace. */
export function exchange(socketPath: string, line: string, netns?: string): string {
  const deadline = performance.now() + exchangeDeadline;
  // Before setns: a unix socket belongs to the namespace that made it.
  const agent = checked('socket(AF_UNIX)', libc().socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  try {
    const netlink = netns === undefined ? undefined : openNetlinkIn(netns);
    connect(agent, socketPath, deadline);
    send(agent, socketPath, new TextEncoder().encode(line), netlink);
    return receiveLine(agent, socketPath, deadline);
  } finally {
    libc().close(agent);
  }
}

/** {@link System.writeSysctl} */
export function writeSysctl(path: string, value: string): void {
  const file = libc().open(`/proc/sys/${path}`, O_WRONLY | O_CLOEXEC);
  if (file < 0) throw sysctlRefused(path, value, lastError());
  const bytes = new TextEncoder().encode(value);
  const written = stdio.write(file, bytes, bytes);
  const reason = written < 0 ? lastError() : '';
  libc().close(file);
  if (written < 0) throw sysctlRefused(path, value, reason);
}

function openNetlinkIn(netns: string): number {
  const namespace = libc().open(netns, O_CLOEXEC);
  if (namespace < 0) throw namespaceUnusable(netns, lastError());
  if (libc().setns(namespace, CLONE_NEWNET) < 0) throw namespaceUnusable(netns, lastError());
  libc().close(namespace);
  return checked('socket(AF_NETLINK)', libc().socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
}

function connect(agent: number, socketPath: string, deadline: number): void {
  const path = new TextEncoder().encode(socketPath);
  if (path.length > maxSocketPath) throw socketPathTooLong(socketPath);
  const address = sockaddrUn(path);
  // The time a connect may wait for a place in the agent's queue.
  limitWait(agent, SO_SNDTIMEO, deadline);
  while (libc().connect(agent, address, address) < 0) {
    if (errno() !== Errno.EINTR) throw agentAway(socketPath, lastError());
  }
}

function send(agent: number, socketPath: string, bytes: Uint8Array, netlink: number | undefined): void {
  let rest = bytes;
  let attached = netlink;
  while (rest.length > 0) {
    const sent =
      attached === undefined ? libc().send(agent, rest, rest, MSG_NOSIGNAL) : sendWith(agent, rest, attached);
    if (sent >= 0) {
      rest = rest.subarray(sent);
      attached = undefined;
      continue;
    }
    if (errno() === Errno.EINTR) continue;
    // The agent has closed: what it had to say about us is still to be read.
    if (errno() === Errno.EPIPE) return;
    if (errno() === Errno.EAGAIN) throw agentSilent(socketPath, exchangeDeadline);
    throw answerCutOff(socketPath, '', lastError());
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

function receiveLine(agent: number, socketPath: string, deadline: number): string {
  let received = new Uint8Array(0);
  const chunk = new Uint8Array(64 * 1024);
  for (;;) {
    limitWait(agent, SO_RCVTIMEO, deadline);
    const count = stdio.read(agent, chunk, chunk);
    if (count < 0 && errno() === Errno.EINTR) continue;
    if (count < 0 && errno() === Errno.EAGAIN) throw agentSilent(socketPath, exchangeDeadline);
    if (count <= 0) throw answerCutOff(socketPath, text(received), count < 0 ? lastError() : 'end of file');
    const part = chunk.subarray(0, count);
    const end = part.indexOf(newline);
    received = concat(received, end < 0 ? part : part.subarray(0, end));
    if (end >= 0) return text(received);
    if (received.length > maxFrame) throw answerTooLong(socketPath, maxFrame);
  }
}

function limitWait(socket: number, option: number, deadline: number): void {
  // A timeval of zero would mean to wait for ever.
  const limit = timeval(Math.max(1, deadline - performance.now()));
  checked('setsockopt', libc().setsockopt(socket, SOL_SOCKET, option, limit, limit));
}

function checked(call: string, value: number): number {
  if (value < 0) throw systemCallFailed(call, lastError());
  return value;
}

function lastError(): string {
  const code = errno();
  return `${libc().strerror(code)} (errno ${code})`;
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
