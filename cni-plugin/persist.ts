import { CniCode } from '../common/errors.ts';
import type { Agent } from './agent.ts';
import { NoAnswer } from './no-answer.ts';
import { Refusal, withDetails } from './refusal.ts';

/** Milliseconds between two attempts: twice as many each time. */
const [shortestPause, longestPause] = [50, 500];

/**
 * Repeats what fails only for now, until the agent's deadline: an agent that restarts costs a pod a moment
 * instead of the kubelet's back-off. Throws what cannot be helped, or the last failure with the number of attempts; what
 * the agent has said before it fell silent counts for more than its silence.
 */
export async function persist<T>(agent: Agent, attempt: () => Promise<T>): Promise<T> {
  let told: Refusal | undefined;
  for (let attempts = 1, pause = shortestPause; ; attempts++, pause = Math.min(2 * pause, longestPause)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (error instanceof Refusal) told = error;
      // An attempt has at least as long as the pause before it: a shorter one would fail for want of time, whatever the reason.
      if (agent.deadline.left <= 2 * pause)
        throw attempts === 1 ? error : exhausted(silent(error) ? (told ?? error) : error, attempts, agent);
    }
    await agent.system.sleep(pause);
  }
}

function isTransient(error: unknown): boolean {
  if (error instanceof Refusal) return error.body.code === CniCode.tryAgainLater;
  return error instanceof NoAnswer && ['away', 'cutOff', 'silent'].includes(error.fault);
}

function silent(error: unknown): boolean {
  return error instanceof NoAnswer && error.fault === 'silent';
}

function exhausted(error: unknown, attempts: number, { deadline }: Agent): Refusal {
  const seconds = ((deadline.whole - deadline.left) / 1000).toFixed(1);
  return withDetails(error, `tried ${attempts} times in ${seconds} s`);
}
