/** What the agent takes from its node when multivrf is removed from the cluster. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { clearState } from '../state/clear.ts';
import type { Agent } from './agent.ts';
import type { Collector } from './collector.ts';

/**
 * Looks for pods that are gone, and milliseconds in between. The first may fall into an ADD that is under way, and the kernel
 * takes its time to remove a namespace.
 */
const looks = { count: 4, pause: 400 };

/**
 * Takes back everything that no pod uses: attachments of pods that are gone, VRFs, and the agent's records. A running pod
 * keeps its interface, with the VRF it is in and the records by which a later agent takes them over. To be called when
 * nobody is served any more. Logs what fails, and what stays.
 */
export async function clearNode(agent: Agent, collector: Collector, spool: string, log: Logger): Promise<void> {
  for (let look = 0; look < looks.count && agent.attachments.list().length > 0; look++) {
    if (look > 0) await sleep(looks.pause);
    await collector.sweep();
  }
  agent.vrfChanges.clear((name) => agent.isAttached(name));
  const left = agent.vrfs.list().map(({ name }) => name);
  if (left.length > 0) {
    const pods = left.flatMap((name) => agent.podsIn(name));
    log.warn({ vrfs: left, pods }, 'removed, but for the interfaces of pods that run and the VRFs that they are in');
  }
  clearState(agent.stateDirectory, spool);
}
