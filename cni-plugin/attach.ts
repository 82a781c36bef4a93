import type { CniResult } from '../common/cni.ts';
import type { AddReply, SysctlWrite } from '../common/protocol.ts';
import { type Agent, delQuestion } from './agent.ts';
import { detach } from './detach.ts';
import type { Environment } from './environment.ts';
import { sysctlRefused } from './failures.ts';
import { NoAnswer } from './no-answer.ts';
import { persist } from './persist.ts';
import { undone } from './refusal.ts';
import { leaveNote } from './spool.ts';
import type { System } from './system.ts';

/**
 * Has the agent make the attachments, does its part in the pod's namespace and has `report` say the result: all of
 * it, or nothing is left.
 */
export async function attach(
  agent: Agent,
  pod: Environment,
  wanted: string,
  report: (made: AddReply) => CniResult,
): Promise<CniResult> {
  const made = (await request(agent, pod, wanted)) ?? { interfaces: [], ips: [], routes: [], sysctls: [] };
  try {
    for (const sysctl of made.sysctls) write(agent.system, sysctl);
    return report(made);
  } catch (error) {
    throw await undone(error, () => detach(agent, pod));
  }
}

async function request(agent: Agent, pod: Environment, wanted: string): Promise<AddReply | undefined> {
  const hasSocket = agent.system.entersNamespace;
  // Without an answer the agent may hold all of an attachment, or half of it.
  let unsure = false;
  const attempt = async () => {
    try {
      if (unsure) await agent.ask(delQuestion(pod));
      unsure = false;
      return await agent.ask({ ...pod, verb: 'ADD', attach: wanted, hasSocket });
    } catch (error) {
      if (error instanceof NoAnswer && error.reached) unsure = true;
      throw error;
    }
  };
  try {
    return await persist(agent, attempt);
  } catch (error) {
    throw unsure ? await undone(error, () => leaveNote(agent, pod)) : error;
  }
}

/**
 * The agent has fewer rights than we have, so it must not choose freely what root writes: only files of
 * the network, which belong to the namespace that we are in.
 */
function write(system: System, { path, value }: SysctlWrite): void {
  if (!path.startsWith('net/') || path.split('/').includes('..')) {
    throw sysctlRefused(path, value, 'the agent may only ask for files below /proc/sys/net');
  }
  if (!system.entersNamespace) {
    throw sysctlRefused(path, value, "this build of the plugin cannot enter the pod's namespace");
  }
  system.writeSysctl(path, value);
}
