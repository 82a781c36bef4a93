import type { NetConf } from '../common/cni.ts';
import {
  type AddReply,
  type CheckRequest,
  type DelRequest,
  protocolVersion,
  type Reply,
  type Request,
} from '../common/protocol.ts';
import { Deadline } from './deadline.ts';
import { agentReserve } from './defaults.ts';
import { answerUnknown } from './no-answer.ts';
import { isErrorCode, Refusal } from './refusal.ts';
import { agentSocket, networkName, requireSupported, timeout } from './settings.ts';
import type { System } from './system.ts';

/** Where the agent is, for which network we ask it, and how many milliseconds the whole call may take. */
interface Access {
  network: string;
  socketPath: string;
  timeout: number;
}

/** A request but for what is the same in all requests of a call. */
export type Question<R = Request> = R extends Request ? Omit<R, 'protocol' | 'network' | 'timeout'> : never;

/** The agent, as one call of the plugin speaks to it. */
export class Agent {
  readonly system: System;
  readonly network: string;
  readonly socketPath: string;
  readonly deadline: Deadline;

  constructor(system: System, access: Access) {
    this.system = system;
    this.network = access.network;
    this.socketPath = access.socketPath;
    // The call began with the process.
    this.deadline = new Deadline(access.timeout, 0);
  }

  /**
   * Asks once; gives back what an ADD has made, nothing otherwise.
   * @throws Refusal with the agent's own error; NoAnswer; CniError when the pod's namespace cannot be entered.
   */
  async ask(question: Question): Promise<AddReply | undefined> {
    const { left } = this.deadline;
    const request = this.request(question, Math.ceil(left - Math.min(agentReserve, left / 5)));
    const line = await this.system.exchange({
      socketPath: this.socketPath,
      line: `${JSON.stringify(request)}\n`,
      timeout: Math.ceil(left),
      netns: needsNamespace(question) ? question.netns : undefined,
    });
    const reply = parseReply(line);
    if (!reply) throw answerUnknown(this.socketPath, line);
    if (!reply.ok) throw new Refusal(reply.error);
    return reply.result;
  }

  /** A whole request; `milliseconds` from now on nobody reads an answer. */
  request<Q extends Question>(question: Q, milliseconds: number) {
    return { protocol: protocolVersion, network: this.network, timeout: milliseconds, ...question } as const;
  }
}

/** The agent that the configuration names. Throws a CniError 7 or 2 for what is wrong with it. */
export function agentOf(system: System, config: NetConf): Agent {
  requireSupported(config);
  const access = { network: networkName(config), socketPath: agentSocket(config), timeout: timeout(config) };
  return new Agent(system, access);
}

/** The DEL of one attachment point. */
export function delQuestion(pod: Omit<Question<DelRequest>, 'verb' | 'hasSocket'>): Question<DelRequest> {
  return { ...pod, verb: 'DEL', hasSocket: false };
}

function needsNamespace(question: Question): question is Extract<Question, Pick<CheckRequest, 'attach'>> {
  return question.verb === 'ADD' || question.verb === 'CHECK';
}

function parseReply(line: string): Reply | undefined {
  try {
    const reply: Reply = JSON.parse(line);
    if (reply.ok === true) return reply.result === undefined || isAddReply(reply.result) ? reply : undefined;
    const { code, msg } = reply.error;
    const isError = reply.ok === false && isErrorCode(code) && typeof msg === 'string';
    return isError && msg.trim() !== '' ? reply : undefined;
  } catch {
    return undefined;
  }
}

function isAddReply({ interfaces, ips, routes, sysctls }: AddReply): boolean {
  return (
    interfaces.every(({ name }) => typeof name === 'string') &&
    ips.every(({ address }) => typeof address === 'string') &&
    routes.every(({ dst }) => typeof dst === 'string') &&
    sysctls.every(({ path, value }) => typeof path === 'string' && typeof value === 'string')
  );
}
