/** Takes the plugin's requests: from a frame and a descriptor to an attachment or its end. */
import type { Logger } from 'pino';
import { CniCode, CniError } from '../../common/errors.ts';
import type { AddRequest, CheckRequest, Reply } from '../../common/protocol.ts';
import { inNamespace } from '../apply/inside.ts';
import { PlaceHandle } from '../apply/place.ts';
import { RouteSocket } from '../netlink/socket.ts';
import { AF_NETLINK, close, openPath, SystemError, socketKind } from '../netlink/sys/libc.ts';
import type { Agent } from './agent.ts';
import { attach } from './attach.ts';
import type { Incoming } from './cni-socket.ts';
import { detach } from './detach.ts';

export async function handleRequest(agent: Agent, { request, descriptor }: Incoming, log: Logger): Promise<Reply> {
  if (request.verb !== 'ADD' && request.verb !== 'CHECK' && descriptor !== undefined) close(descriptor);
  switch (request.verb) {
    case 'ADD':
      return add(agent, request, descriptor, log);
    case 'DEL':
      agent.announcements.cancel(key(request));
      await detach(agent, request, log);
      return { ok: true };
    default:
      throw new CniError(CniCode.unsupportedField, `${request.verb} is not implemented yet`);
  }
}

function key({ network, containerId, ifname }: Pick<AddRequest, 'network' | 'containerId' | 'ifname'>): string {
  return `${network} ${containerId} ${ifname}`;
}

function add(agent: Agent, request: AddRequest, descriptor: number | undefined, log: Logger): Reply {
  const pod = podHandle(request, descriptor);
  try {
    const result = attach(agent, request, pod, log);
    agent.announcements.schedule(
      key(request),
      pod,
      result.interfaces.flatMap(({ name, mac }) => (mac === undefined ? [] : [{ name, mac }])),
    );
    return { ok: true, result };
  } catch (error) {
    pod.close();
    throw error;
  }
}

function podHandle({ hasSocket, netns }: AddRequest | CheckRequest, descriptor: number | undefined): PlaceHandle {
  if (!hasSocket) {
    if (descriptor !== undefined) close(descriptor);
    return enteredHandle(netns);
  }
  if (descriptor === undefined) {
    throw new CniError(
      CniCode.ioFailure,
      "the plugin sent no socket of the pod's namespace",
      'plugin and agent are of different releases?',
    );
  }
  try {
    const { domain, protocol } = socketKind(descriptor);
    if (domain !== AF_NETLINK || protocol !== 0) throw new Error(`domain ${domain}, protocol ${protocol}`);
    return new PlaceHandle('pod', new RouteSocket(descriptor), 'never');
  } catch (error) {
    close(descriptor);
    throw new CniError(
      CniCode.ioFailure,
      `what the plugin sent is no netlink route socket: ${(error as Error).message}`,
    );
  }
}

/** The way of the plugin's build without foreign functions: the agent goes into the namespace itself. */
function enteredHandle(netns: string): PlaceHandle {
  try {
    const fd = openPath(netns);
    try {
      return new PlaceHandle(
        'pod',
        inNamespace(fd, () => RouteSocket.open()),
        'enter',
      );
    } finally {
      close(fd);
    }
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    const code = error.code === 'ENOENT' ? CniCode.unknownContainer : CniCode.ioFailure;
    const details =
      error.code === 'EPERM'
        ? 'this plugin (built with pkg) hands over no socket: give the agent CAP_SYS_ADMIN, or install the plugin built with bun'
        : undefined;
    throw new CniError(code, `the agent cannot enter the pod's network namespace ${netns}: ${error.message}`, details, {
      cause: error,
    });
  }
}
