import { CniCode, CniError, type CniErrorBody } from '../common/errors.ts';
import { type AddReply, defaultAgentSocket, protocolVersion, type Reply, type Request } from '../common/protocol.ts';
import type { Config } from './config.ts';
import type { Environment } from './environment.ts';
import { exchangeDeadline, type System } from './system.ts';

/** A failure that the agent found, to be handed on word for word. */
export class AgentRefusal extends Error {
  readonly body: CniErrorBody;

  constructor(body: CniErrorBody) {
    super(body.msg);
    this.name = 'AgentRefusal';
    this.body = body;
  }
}

/** What every question about one pod says to the agent. */
export function aboutPod(config: Config, { containerId, ifname, netns, args }: Environment) {
  const network = requireText('name', config.name, 'the conflist must name the network');
  return { protocol: protocolVersion, network, timeout: exchangeDeadline, containerId, ifname, netns, args } as const;
}

/**
 * Asks the agent; what it made on an ADD, nothing on a DEL.
 * @throws AgentRefusal with the agent's own error; CniError when there is no answer that we understand.
 */
export async function ask(system: System, config: Config, request: Request): Promise<AddReply | undefined> {
  const socketPath = requireText('agentSocket', config.agentSocket ?? defaultAgentSocket, 'the path of a unix socket');
  const netns = request.verb === 'ADD' ? request.netns : undefined;
  const line = await system.exchange(socketPath, `${JSON.stringify(request)}\n`, netns);
  const reply = parseReply(line, socketPath);
  if (!reply.ok) throw new AgentRefusal(reply.error);
  return reply.result;
}

function parseReply(line: string, socketPath: string): Reply {
  try {
    const reply: Reply = JSON.parse(line);
    if (reply.ok === true || (reply.ok === false && typeof reply.error.msg === 'string')) return reply;
  } catch {
    // The same error as for JSON of another shape.
  }
  throw new CniError(
    CniCode.decodeFailure,
    `the answer on ${socketPath} is not one of a multivrf agent, it begins with ${JSON.stringify(line.slice(0, 60))}`,
    'plugin and agent are of different versions, or the socket belongs to another program',
  );
}

function requireText(key: string, value: unknown, expected: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new CniError(
    CniCode.invalidConfig,
    `${key}: ${value === undefined ? 'absent' : JSON.stringify(value)} in the network configuration`,
    `${key} must be a text: ${expected}`,
  );
}
