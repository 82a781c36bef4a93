/** Reads requests from connections that Node has accepted but not begun to read: its net cannot receive descriptors. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CniCode, CniError } from '../../common/errors.ts';
import { maxFrame } from '../../common/protocol.ts';
import { close, isHungUp, pollReadable, receiveWithDescriptor } from '../netlink/sys/libc.ts';

/** One line, without its end, and the descriptor that came with it, which the receiver closes. */
export interface Frame {
  line: string;
  descriptor: number | undefined;
}

/** How long a client may take to send its request, in milliseconds. */
const patience = 5_000;

/** What all clients together may have sent of requests that are not whole yet, in bytes. */
const maxBuffered = 16 * 1024 * 1024;

const newline = 0x0a;

// One for all connections: what it received is copied before anything else happens.
const chunk = Buffer.allocUnsafeSlow(64 * 1024);
let buffered = 0;

/** Reads one frame from the connection behind `fd`. Throws a CniError when none comes in time, or too much. */
export async function readFrame(fd: number): Promise<Frame> {
  const parts: Buffer[] = [];
  let length = 0;
  let descriptor: number | undefined;
  const deadline = Date.now() + patience;
  try {
    let isFirst = true;
    for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
      const received = receiveWithDescriptor(fd, chunk);
      if (!received) {
        // Most clients send right after connecting: they are not left to a timer. Once, for meanwhile nobody else is served.
        const isThere = isFirst && pollReadable(fd, 1);
        isFirst = false;
        if (isThere) continue;
        if (Date.now() > deadline) throw refusal(`no whole request within ${patience} ms`);
        // By a timer, not by a thread that waits: silent clients must not use up the threads.
        await sleep(pause);
        continue;
      }
      if (received.descriptor !== undefined) {
        if (descriptor !== undefined) close(descriptor);
        descriptor = received.descriptor;
      }
      if (received.length === 0) throw refusal(`the client closed after ${length} bytes of its request`);
      const end = chunk.subarray(0, received.length).indexOf(newline);
      parts.push(Buffer.from(chunk.subarray(0, end < 0 ? received.length : end)));
      if (end >= 0) {
        // It has waited in the queue for longer than its plugin has: what it asks for nobody wants any more.
        if (isHungUp(fd)) throw refusal('the client has given up');
        return { line: Buffer.concat(parts).toString('utf8'), descriptor };
      }
      length += received.length;
      buffered += received.length;
      if (length > maxFrame) throw refusal(`the request is longer than ${maxFrame} bytes`);
      if (buffered > maxBuffered) {
        throw new CniError(CniCode.tryAgainLater, `unfinished requests take up more than ${maxBuffered} bytes`);
      }
    }
  } catch (error) {
    if (descriptor !== undefined) close(descriptor);
    throw error;
  } finally {
    buffered -= length;
  }
}

function refusal(message: string): CniError {
  return new CniError(CniCode.decodeFailure, message, 'a request is one line of JSON');
}
