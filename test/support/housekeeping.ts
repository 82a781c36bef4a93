/** What the agent keeps about its attachments, and the CNI's verbs that are about no container. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { validAttachmentsKey } from '../../common/cni.ts';
import type { CniErrorBody } from '../../common/errors.ts';
import { spoolDirectory } from '../../common/protocol.ts';
import type { TestAgent } from './agent.ts';
import type { Pod } from './chain.ts';
import { callPlugin, noPoint, PluginFailure } from './cni-exec.ts';
import { eventually } from './snapshot.ts';

/** Files of the attachments' records, `CONTAINER,INTERFACE.json`. */
export function recordFiles({ stateDirectory }: TestAgent): string[] {
  return readdirSync(join(stateDirectory, 'attachments')).sort();
}

/** The file of one attachment's record. */
export function recordFile({ stateDirectory }: TestAgent, { containerId }: Pod, device = 'net1'): string {
  return join(stateDirectory, 'attachments', `${containerId},${device}.json`);
}

/** Path of the spool, or of a file in it. */
export function spoolOf({ socket }: TestAgent, ...file: string[]): string {
  return join(spoolDirectory(socket), ...file);
}

/** Waits for as long as the collector may take until there is no record of a pod's interface. */
export async function collected(agent: TestAgent, pod: Pod, device = 'net1'): Promise<boolean> {
  const there = async () => existsSync(recordFile(agent, pod, device));
  for (let attempt = 0; attempt < 3; attempt++) if (!(await eventually(there, false))) return true;
  return false;
}

/** What a call of multivrf without container, such as GC, answered: its error, or an empty object. */
async function answer(verb: string, agent: TestAgent, conf: object): Promise<CniErrorBody | Record<string, unknown>> {
  const head = { cniVersion: '1.1.0', name: 'cluster', type: 'multivrf', agentSocket: agent.socket };
  try {
    return await callPlugin([], verb, 'multivrf', noPoint, { ...head, ...conf });
  } catch (error) {
    if (error instanceof PluginFailure) return error.body;
    throw error;
  }
}

/** GC of network `cluster` with these pods as the valid ones; undefined for a call without a list. */
export function gc(agent: TestAgent, valid: readonly Pod[] | undefined) {
  const list = valid?.map(({ containerId }) => ({ containerID: containerId, ifname: 'eth0' }));
  return answer('GC', agent, list ? { [validAttachmentsKey]: list } : {});
}

/** STATUS as an operator asks who wants the node to wait for the agent. */
export function strictStatus(agent: TestAgent) {
  return answer('STATUS', agent, { strictStatus: true, timeoutSeconds: 2 });
}

/** The directory that everything of the agent lies in. */
export function homeOf({ stateDirectory }: TestAgent): string {
  return dirname(stateDirectory);
}
