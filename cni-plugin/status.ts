import { CniCode } from '../common/errors.ts';
import { agentOf } from './agent.ts';
import { parseConfig, requireVersion } from './config.ts';
import { ipamOf } from './ipam.ts';
import { NoAnswer } from './no-answer.ts';
import { Refusal } from './refusal.ts';
import { isStandalone } from './standalone.ts';
import type { System } from './system.ts';

/**
 * STATUS. An error makes the whole node NotReady, so that all is well while ordinary pods can be served, which
 * needs no agent. With `strictStatus` the agent is asked: code 50 with the reason when it cannot serve.
 */
export async function status(system: System, stdin: string): Promise<undefined> {
  const config = parseConfig(stdin);
  requireVersion(config, 'STATUS', '1.1.0');
  const strict = config.strictStatus === true;
  if (!strict && !isStandalone(config)) return undefined;
  const agent = agentOf(system, config);
  if (isStandalone(config)) ipamOf(system, config, stdin, agent.deadline)?.pass('STATUS');
  if (strict) await agent.ask({ verb: 'STATUS' }).catch(notAvailable);
  return undefined;
}

function notAvailable(error: unknown): never {
  if (!(error instanceof NoAnswer)) throw error;
  throw new Refusal({ ...error.toBody(), code: CniCode.notAvailable });
}
