import { aboutPod, ask } from './agent.ts';
import { attachment, parseConfig } from './config.ts';
import { readEnvironment } from './environment.ts';
import type { System } from './system.ts';

/** DEL. Asks the agent to remove the attachments of a pod with the annotation; needs no namespace. */
export function del(system: System, stdin: string): undefined | Promise<undefined> {
  const config = parseConfig(stdin);
  const environment = readEnvironment('DEL', system.env);
  const attach = attachment(config);
  if (attach === undefined) return undefined;
  return ask(system, config, { ...aboutPod(config, environment), verb: 'DEL', hasSocket: false }).then(() => undefined);
}
