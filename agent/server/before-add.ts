/** What an ADD waits for before anything is decided. */
import type { AddRequest } from '../../common/protocol.ts';
import type { Deadline } from '../apply/deadline.ts';
import type { Agent } from './agent.ts';
import { learnServiceAccount } from './service-account.ts';

/**
 * Usually nothing: undefined. A DEL of an earlier container may have been left in the spool, and hold the addresses; and a VRF
 * may ask as which ServiceAccount the pod runs. Rejects with a CniError (tryAgainLater) when either is not known in time.
 */
export function beforeAdd(agent: Agent, request: AddRequest, deadline: Deadline): Promise<void> | undefined {
  const learning = () => learn(agent, request, deadline);
  const { spool } = agent;
  if (spool?.isQuiet() !== false) return learning();
  return deadline.within('working off the DELs that came while the agent was away', spool.workOff()).then(learning);
}

function learn(agent: Agent, request: AddRequest, deadline: Deadline): Promise<void> | undefined {
  const learning = learnServiceAccount(agent, request);
  return learning && deadline.within('asking the Kubernetes API about the pod', learning);
}
