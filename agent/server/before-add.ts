/** What an ADD waits for before anything is decided. */
import type { AddRequest } from '../../common/protocol.ts';
import type { Deadline } from '../apply/deadline.ts';
import type { Agent } from './agent.ts';
import { learnServiceAccount } from './service-account.ts';

/**
 * Usually nothing. A DEL of an earlier container may have been left in the spool, and hold the addresses; and a VRF may ask as
 * which ServiceAccount the pod runs. Throws a CniError (tryAgainLater) when either is not known in time.
 */
export async function beforeAdd(agent: Agent, request: AddRequest, deadline: Deadline): Promise<void> {
  const { spool } = agent;
  if (spool?.isQuiet() === false)
    await deadline.within('working off the DELs that came while the agent was away', spool.workOff());
  const learning = learnServiceAccount(agent, request);
  if (learning) await deadline.within('asking the Kubernetes API about the pod', learning);
}
