/** Takes the plugin's requests: from a frame and a descriptor to an attachment or its end. */
import type { Logger } from 'pino';
import { CniCode, CniError } from '../../common/errors.ts';
import type { AddRequest, CheckRequest, EvidenceStatement, Reply, VerifyRequest } from '../../common/protocol.ts';
import { Deadline } from '../apply/deadline.ts';
import { inNamespace } from '../apply/inside.ts';
import { PlaceHandle } from '../apply/place.ts';
import { RouteSocket } from '../netlink/socket.ts';
import { AF_NETLINK, close, openPath, SystemError, socketKind } from '../netlink/sys/libc.ts';
import type { Agent } from './agent.ts';
import { attach } from './attach.ts';
import { beforeAdd } from './before-add.ts';
import { checkPod } from './check.ts';
import type { Incoming } from './cni-socket.ts';
import { chainKey, detach } from './detach.ts';
import { collectUnlisted } from './gc.ts';
import { listAttachments } from './list.ts';
import { assertAvailable } from './status.ts';
import { verify } from './verify.ts';

export async function handleRequest(agent: Agent, { request, descriptor }: Incoming, log: Logger): Promise<Reply> {
  const takesDescriptor = ['ADD', 'CHECK', 'VERIFY'].includes(request.verb);
  if (!takesDescriptor && descriptor !== undefined) close(descriptor);
  const deadline = new Deadline(request.timeout);
  switch (request.verb) {
    case 'ADD':
      await beforeAdd(agent, request, deadline).catch((error: unknown) => {
        if (descriptor !== undefined) close(descriptor);
        agent.observer?.failed(request, error);
        throw error;
      });
      return add(agent, request, descriptor, deadline, log);
    case 'CHECK':
      return check(agent, request, descriptor, deadline);
    case 'DEL':
      await deadline.within('the kernel is still removing an interface', detach(agent, request, log));
      agent.observer?.detached();
      return { ok: true };
    case 'GC':
      await deadline.within('the kernel is still removing interfaces', collectUnlisted(agent, request, log));
      agent.observer?.detached();
      return { ok: true };
    case 'STATUS':
      assertAvailable(agent);
      return { ok: true };
    case 'LIST':
      return { ok: true, attachments: listAttachments(agent) };
    case 'VERIFY':
      return { ok: true, statements: evidence(agent, request, descriptor) };
  }
}

function add(
  agent: Agent,
  request: AddRequest,
  descriptor: number | undefined,
  deadline: Deadline,
  log: Logger,
): Reply {
  try {
    const reply = attached(agent, request, descriptor, deadline, log);
    agent.observer?.attached(request);
    return reply;
  } catch (error) {
    agent.observer?.failed(request, error);
    throw error;
  }
}

function attached(
  agent: Agent,
  request: AddRequest,
  descriptor: number | undefined,
  deadline: Deadline,
  log: Logger,
): Reply {
  const pod = podHandle(request, descriptor);
  try {
    const result = attach(agent, request, pod, deadline, log);
    agent.announcements.schedule(
      chainKey(request),
      pod,
      result.interfaces.flatMap(({ name, mac }) => (mac === undefined ? [] : [{ name, mac }])),
    );
    return { ok: true, result };
  } catch (error) {
    pod.close();
    throw error;
  }
}

function check(agent: Agent, request: CheckRequest, descriptor: number | undefined, deadline: Deadline): Reply {
  const pod = podHandle(request, descriptor);
  try {
    deadline.timed(
      () => 'comparing with the kernel',
      () => checkPod(agent, request, pod),
    );
    deadline.check();
    return { ok: true };
  } finally {
    pod.close();
  }
}

function evidence(agent: Agent, request: VerifyRequest, descriptor: number | undefined): EvidenceStatement[] {
  if (!request.hasSocket && descriptor !== undefined) close(descriptor);
  const pod = request.hasSocket ? socketHandle(descriptor) : undefined;
  try {
    return verify(agent, request, pod);
  } finally {
    pod?.close();
  }
}

function podHandle({ hasSocket, netns }: AddRequest | CheckRequest, descriptor: number | undefined): PlaceHandle {
  if (hasSocket) return socketHandle(descriptor);
  if (descriptor !== undefined) close(descriptor);
  return enteredHandle(netns);
}

function socketHandle(descriptor: number | undefined): PlaceHandle {
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

const helps = new Map([
  [
    'EPERM',
    'this plugin (built with pkg) hands over no socket: give the agent CAP_SYS_ADMIN, or install the plugin built with QuickJS',
  ],
  ['ENOENT', 'the pod has ended, or the agent does not see the path: mount its directory with HostToContainer'],
]);

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
    // Not unknownContainer: the plugin has seen it.
    const code = error.code === 'ENOENT' ? CniCode.invalidEnvironment : CniCode.ioFailure;
    throw new CniError(
      code,
      `the agent cannot enter the pod's network namespace ${netns}: ${error.message}`,
      helps.get(error.code),
      { cause: error },
    );
  }
}
