import { validAttachmentsKey } from '../common/cni.ts';
import { agentOf } from './agent.ts';
import { isObject, parseConfig, requireVersion } from './config.ts';
import { ipamOf } from './ipam.ts';
import { runAll } from './refusal.ts';
import { invalid } from './settings.ts';
import { isStandalone } from './standalone.ts';
import type { System } from './system.ts';

/** GC. Has agent and IPAM plugin remove what the runtime does not list; without a list nothing is removed. */
export async function gc(system: System, stdin: string): Promise<undefined> {
  const config = parseConfig(stdin);
  requireVersion(config, 'GC', '1.1.0');
  const list: unknown = config[validAttachmentsKey];
  if (!Array.isArray(list)) {
    const is = list === undefined ? 'absent' : 'not a list';
    system.warn(`multivrf: ${validAttachmentsKey} is ${is}: GC removes nothing, since "none is valid" was not said`);
    return undefined;
  }
  const valid = list.map(readAttachment);
  const agent = agentOf(system, config);
  const ipam = isStandalone(config) ? ipamOf(system, config, stdin, agent.deadline) : undefined;
  await runAll([() => agent.ask({ verb: 'GC', valid }), () => ipam?.pass('GC')]);
  return undefined;
}

/** An element that cannot be read may stand for a living pod, so that nothing may be removed. */
function readAttachment(value: unknown, index: number): { containerId: string; ifname: string } {
  if (isObject(value) && typeof value.containerID === 'string' && typeof value.ifname === 'string') {
    return { containerId: value.containerID, ifname: value.ifname };
  }
  throw invalid(`${validAttachmentsKey}[${index}]`, value, 'write {"containerID": "…", "ifname": "eth0"}');
}
