/**
 * The agent's unix socket. Node's net cannot receive descriptors, so a connection is accepted paused and its
 * request read with recvmsg.
 */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import { CniCode, CniError } from '../../common/errors.ts';
import type { Reply, Request } from '../../common/protocol.ts';
import { busy } from '../apply/busy.ts';
import { close, peerCredentials, sendNow } from '../netlink/sys/libc.ts';
import { type Frame, readFrame } from './frames.ts';
import { parseRequest } from './parse-request.ts';

/** A request and the descriptor that came with it, which the handler closes. */
export interface Incoming {
  request: Request;
  descriptor: number | undefined;
}

export type Handler = (incoming: Incoming) => Promise<Reply> | Reply;

/** More at once are turned away, and try again. */
const maxClients = 1024;

/** Listens on `path`, which is replaced when nobody listens there any more. Throws when somebody does. */
export async function listen(path: string, handle: Handler, log: Logger): Promise<net.Server> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  if (await answers(path)) throw new Error(`another agent listens on ${path}: stop it, or use another --socket`);
  rmSync(path, { force: true });
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', (error) => log.debug({ error: error.message }, 'client went away'));
    void serve(socket, handle, log);
  });
  server.maxConnections = maxClients;
  server.on('drop', () => log.warn({ clients: maxClients }, 'too many clients at once: one was turned away'));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
  chmodSync(path, 0o600);
  return server;
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

async function serve(socket: net.Socket, handle: Handler, log: Logger): Promise<void> {
  let began = performance.now();
  let verb: string | undefined;
  let reply: Reply;
  try {
    const fd = descriptorOf(socket);
    authenticate(fd);
    const frame = await readFrame(fd);
    began = performance.now();
    const incoming = parse(frame);
    verb = incoming.request.verb;
    reply = await handle(incoming);
  } catch (error) {
    const expected = error instanceof CniError ? error : busy(error);
    const failure =
      expected ??
      new CniError(CniCode.ioFailure, `the agent failed: ${(error as Error).message}`, "see the agent's log");
    if (expected) log.warn({ code: failure.code, details: failure.details }, failure.message);
    else log.error({ error: (error as Error).stack }, 'request failed');
    reply = { ok: false, error: failure.toBody() };
  }
  const bytes = Buffer.from(`${JSON.stringify(reply)}\n`);
  const sent = answer(socket, bytes, log);
  // From the request read to the answer written.
  log.debug({ verb, milliseconds: performance.now() - began }, 'answered');
  if (sent === bytes.length) socket.destroy();
  else socket.end(bytes.subarray(sent), () => socket.destroy());
}

/** What a connection has room for goes to it at once: Node's streams take longer than the answer. Returns how much that was. */
function answer(socket: net.Socket, bytes: Buffer, log: Logger): number {
  try {
    return sendNow(descriptorOf(socket), bytes);
  } catch (error) {
    log.debug({ error: (error as Error).message }, 'client went away');
    return bytes.length;
  }
}

/** The connection's descriptor, which Node does not publish. */
function descriptorOf(socket: net.Socket): number {
  const { _handle } = socket as unknown as { _handle: { fd: number } | null };
  if (!_handle || _handle.fd < 0) throw new CniError(CniCode.ioFailure, 'the client has gone');
  return _handle.fd;
}

function authenticate(fd: number): void {
  const { uid, pid } = peerCredentials(fd);
  if (uid === 0) return;
  throw new CniError(
    CniCode.refused,
    `uid ${uid} (process ${pid}) may not speak to the agent`,
    'only root may: the CNI plugin runs as root',
  );
}

function parse({ line, descriptor }: Frame): Incoming {
  try {
    return { request: parseRequest(line), descriptor };
  } catch (error) {
    if (descriptor !== undefined) close(descriptor);
    throw error;
  }
}
