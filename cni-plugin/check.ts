import { type Agent, agentOf } from './agent.ts';
import { attachment, parseConfig, requirePrevResult, requireVersion } from './config.ts';
import { readEnvironment } from './environment.ts';
import { ipamOf } from './ipam.ts';
import { persist } from './persist.ts';
import { requireMergeable } from './result.ts';
import { checkStandalone, isStandalone } from './standalone.ts';
import type { System } from './system.ts';

/** CHECK. Passes for a pod without the annotation; otherwise the agent compares what it made with what is there. */
export function check(system: System, stdin: string): undefined | Promise<undefined> {
  const config = parseConfig(stdin);
  requireVersion(config, 'CHECK', '0.4.0');
  const environment = readEnvironment('CHECK', system.env);
  const prevResult = requirePrevResult(config, 'the runtime must hand over the result of the ADD');
  const askAgent = async (attachIn: (agent: Agent) => string): Promise<undefined> => {
    requireMergeable(prevResult);
    const agent = agentOf(system, config);
    const attach = attachIn(agent);
    const hasSocket = system.entersNamespace;
    await persist(agent, () => agent.ask({ ...environment, verb: 'CHECK', attach, prevResult, hasSocket }));
    return undefined;
  };
  if (isStandalone(config)) {
    return askAgent(({ deadline }) =>
      checkStandalone(config, environment, prevResult, ipamOf(system, config, stdin, deadline)),
    );
  }
  const wanted = attachment(config);
  return wanted === undefined ? undefined : askAgent(() => wanted);
}
