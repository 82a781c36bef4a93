/** One request to the agent, and its answer. */

import { close, limitReceive, receive, SystemError } from '../agent/netlink/sys/libc.ts';
import { connectUnix, sendWithDescriptor, unixSocket } from '../agent/netlink/sys/unix-client.ts';
import { CniCode, CniError } from '../common/errors.ts';
import { maxFrame, type Reply, type Request } from '../common/protocol.ts';

const seeItsLog = "the agent's log says why; ask again";
const notTheAgent = 'is that the socket of multivrf-agent? --socket names another';

/** The agent's answer to a request that it granted. */
export type Granted = Extract<Reply, { ok: true }>;

/** As {@link ask}, of an agent that grants it: throws its refusal, too. */
export function exchange(socketPath: string, request: Request, descriptor?: number): Granted {
  const reply = ask(socketPath, request, descriptor);
  if (reply.ok) return reply;
  throw new CniError(reply.error.code as CniCode, reply.error.msg, reply.error.details);
}

/**
 * Sends `request` to the agent that listens on `socketPath`, `descriptor` with it, and waits for the answer. Throws an error that says why
 * there is none.
 */
export function ask(socketPath: string, request: Request, descriptor?: number): Reply {
  const agent = unixSocket();
  try {
    connect(agent, socketPath);
    limitReceive(agent, request.timeout + 1_000);
    let rest = Buffer.from(`${JSON.stringify(request)}\n`);
    for (let attached = descriptor; rest.length > 0; attached = undefined) {
      rest = rest.subarray(sendWithDescriptor(agent, rest, attached));
    }
    return parse(readLine(agent, socketPath), socketPath);
  } finally {
    close(agent);
  }
}

function connect(agent: number, socketPath: string): void {
  try {
    connectUnix(agent, socketPath);
  } catch (error) {
    const denied = error instanceof SystemError && error.code === 'EACCES';
    throw new CniError(
      CniCode.notAvailable,
      `agent cannot be reached: ${(error as Error).message}`,
      denied
        ? 'only root may ask it'
        : 'is multivrf-agent running on this node? --socket names its socket where that is not the default',
      { cause: error },
    );
  }
}

function readLine(agent: number, socketPath: string): string {
  const parts: Buffer[] = [];
  const chunk = Buffer.alloc(64 * 1024);
  for (let length = 0; length <= maxFrame * 16; ) {
    const count = receive(agent, chunk);
    if (count < 0) throw new CniError(CniCode.notAvailable, `agent behind ${socketPath} does not answer`, seeItsLog);
    const part = Buffer.from(chunk.subarray(0, count));
    const end = part.indexOf(0x0a);
    parts.push(end < 0 ? part : part.subarray(0, end));
    if (end >= 0) return Buffer.concat(parts).toString('utf8');
    if (count === 0) break;
    length += count;
  }
  throw new CniError(CniCode.ioFailure, `agent behind ${socketPath} broke off its answer`, seeItsLog);
}

function parse(line: string, socketPath: string): Reply {
  try {
    return JSON.parse(line) as Reply;
  } catch (error) {
    throw new CniError(CniCode.decodeFailure, `what listens on ${socketPath} does not answer in JSON`, notTheAgent, {
      cause: error,
    });
  }
}
