import { CniError } from '../common/errors.ts';
import { defaultAgentSocket } from '../common/protocol.ts';
import { Agent } from './agent.ts';
import { annotation, type Config, parseConfig } from './config.ts';
import { defaultTimeout } from './defaults.ts';
import { detach } from './detach.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { ipamOf } from './ipam.ts';
import { runAll } from './refusal.ts';
import { agentSocket, networkName, timeout } from './settings.ts';
import { isStandalone } from './standalone.ts';
import type { System } from './system.ts';

/**
 * DEL. Has the agent remove the attachments of a pod with the annotation, or of a configuration without a chain.
 * A runtime repeats a DEL that fails for ever and stops the chain meanwhile, so that what is wrong with the
 * configuration but not needed, or the agent being away, is no reason to fail.
 */
export function del(system: System, stdin: string): undefined | Promise<undefined> {
  const config = parseConfig(stdin);
  const environment = readEnvironment('DEL', system.env);
  if (!isStandalone(config) && annotation(config) === undefined) return undefined;
  return remove(system, config, environment, stdin);
}

async function remove(system: System, config: Config, environment: Environment, stdin: string): Promise<undefined> {
  const network = tolerate(system, () => networkName(config), undefined);
  // Without a network's name no ADD can have succeeded.
  if (network === undefined) return undefined;
  const agent = new Agent(system, {
    network,
    socketPath: tolerate(system, () => agentSocket(config), defaultAgentSocket),
    timeout: tolerate(system, () => timeout(config), defaultTimeout),
  });
  const ipam = isStandalone(config)
    ? tolerate(system, () => ipamOf(system, config, stdin, agent.deadline), undefined)
    : undefined;
  await runAll([() => detach(agent, environment), () => ipam?.del()]);
  return undefined;
}

/** A part of the configuration, or `otherwise` in place of one that is wrong, with a word on stderr. */
function tolerate<T>(system: System, read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    system.warn(`multivrf: DEL goes on in spite of ${error.message}; ${error.details}`);
    return otherwise;
  }
}
