/** Notes for an agent that is away: what a DEL wanted, worked off when it returns. */
import { noteName, spoolDirectory } from '../common/protocol.ts';
import { type Agent, delQuestion } from './agent.ts';
import type { Environment } from './environment.ts';

/** Writes the pod's note, which is on the disk when this returns. Throws a CniError 5 naming path and reason. */
export function leaveNote(agent: Agent, pod: Environment): void {
  const request = agent.request(delQuestion(pod), agent.deadline.whole);
  agent.system.writeNote(spoolDirectory(agent.socketPath), noteName(request), `${JSON.stringify(request)}\n`);
}

/** Takes the pod's note back, if it is still there. */
export function removeNote(agent: Agent, pod: Environment): void {
  const { containerId, ifname } = pod;
  agent.system.removeNote(spoolDirectory(agent.socketPath), noteName({ network: agent.network, containerId, ifname }));
}
