/**
 * The plugin's side of the agent's socket without the plugin: what the agent itself takes, measured from outside. It
 * waits by blocking, so that no event loop of ours stands between an answer and the clock.
 */

import { close, receive } from '../../agent/netlink/sys/libc.ts';
import { connectUnix, sendWithDescriptor, unixSocket } from '../../agent/netlink/sys/unix-client.ts';
import type { AddRequest, DelRequest, Reply, Request } from '../../common/protocol.ts';
import { podUid } from './kubernetes-scene.ts';

const chunk = Buffer.allocUnsafe(64 * 1024);

/** A request under way. */
export class Exchange {
  readonly #fd = unixSocket();
  readonly #verb: string;

  /** Connects to the socket at `path`, and sends `request` with `descriptor`, which stays the caller's. */
  constructor(path: string, request: Request, descriptor?: number) {
    this.#verb = request.verb;
    connectUnix(this.#fd, path);
    let rest = Buffer.from(`${JSON.stringify(request)}\n`);
    rest = rest.subarray(sendWithDescriptor(this.#fd, rest, descriptor));
    while (rest.length > 0) rest = rest.subarray(sendWithDescriptor(this.#fd, rest, undefined));
  }

  /** Waits for the answer; throws unless it is a success. */
  finish(): Reply {
    const parts: Buffer[] = [];
    for (;;) {
      const length = receive(this.#fd, chunk);
      if (length <= 0) break;
      parts.push(Buffer.from(chunk.subarray(0, length)));
      if (chunk[length - 1] === 0x0a) break;
    }
    close(this.#fd);
    const reply = JSON.parse(Buffer.concat(parts).toString()) as Reply;
    if (!reply.ok) throw new Error(`${this.#verb}: ${reply.error.msg}: ${reply.error.details}`);
    return reply;
  }
}

/** The attachment point of one measured pod. */
export interface Point {
  containerId: string;
  netns: string;
}

const head = { protocol: 1, network: 'bench', timeout: 60_000 } as const;

function podOf({ containerId, netns }: Point) {
  const args = `IgnoreUnknown=1;K8S_POD_NAMESPACE=bgp;K8S_POD_NAME=${containerId};K8S_POD_UID=${podUid(containerId)}`;
  return { ...head, containerId, netns, ifname: 'eth0', args };
}

export function addRequest(point: Point, attach: string): AddRequest {
  return { ...podOf(point), verb: 'ADD', hasSocket: true, attach };
}

export function delRequest(point: Point): DelRequest {
  return { ...podOf(point), verb: 'DEL', hasSocket: false };
}
