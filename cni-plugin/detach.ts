import { type Agent, delQuestion } from './agent.ts';
import type { Environment } from './environment.ts';
import { NoAnswer } from './no-answer.ts';
import { leaveNote, removeNote } from './spool.ts';

/**
 * Has the agent take away what it holds of the pod: now, or as soon as it can. Whatever keeps it from doing
 * so now, it finds a note in its spool; only without one this throws (CniError 5), and the runtime repeats the DEL.
 */
export async function detach(agent: Agent, pod: Environment): Promise<void> {
  try {
    await agent.ask(delQuestion(pod));
  } catch (error) {
    leaveNote(agent, pod);
    if (error instanceof NoAnswer && !error.reached) await askOnceMore(agent, pod);
  }
}

/** The agent may have started meanwhile and have looked into its spool before our note was in it. */
async function askOnceMore(agent: Agent, pod: Environment): Promise<void> {
  try {
    await agent.ask(delQuestion(pod));
  } catch {
    return;
  }
  removeNote(agent, pod);
}
