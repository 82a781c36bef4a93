/** Makes the node's side of a VRF and its attachments what it was made; the pods' side needs a socket from inside. */
import type { Logger } from 'pino';
import { apply } from '../apply/executor.ts';
import { observe } from '../apply/observe.ts';
import { describeStep } from '../plan/describe.ts';
import { type NodeVrf, vrfPlace } from '../plan/desired.ts';
import { diff } from '../plan/diff.ts';
import { hostEnd } from '../plan/host-end.ts';
import type { KernelObject } from '../plan/kernel-object.ts';
import { isOurs } from '../plan/names.ts';
import { nodeVrf } from '../plan/node-vrf.ts';
import type { Observed } from '../plan/observed.ts';
import type { Step } from '../plan/step.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { Agent } from './agent.ts';
import { checkUplinkOf } from './node-uplink.ts';

/**
 * What of the VRF itself has changed, put right. Returns whether anything had. Throws a CniError when it cannot be; an uplink
 * that is gone, or that somebody else has now, is not taken: the rest is repaired all the same.
 */
export function repairVrf(agent: Agent, vrf: NodeVrf, log: Logger): boolean {
  const problem = uplinkProblem(agent, vrf);
  const { uplink: _, ...withoutUplink } = vrf;
  const desired = nodeVrf(problem ? withoutUplink : vrf);
  const repaired = carryOut(agent, vrf.name, diff(desired, look(agent, desired)), log);
  if (problem) throw problem;
  return repaired;
}

/** The same for host ends, but for those that are gone, which cannot be made without their pods, or are about to go. */
export function repairHostEnds(agent: Agent, vrf: NodeVrf, own: readonly AttachmentRecord[], log: Logger): boolean {
  const { attachments, leaving, departing } = agent;
  const staying = own.filter((one) => attachments.has(one) && !leaving.has(one) && !departing.has(one));
  const desired = staying.map(({ attachment }) => ({ name: attachment.hostEnd, objects: hostEnd(attachment, vrf) }));
  const observed = look(
    agent,
    desired.flatMap(({ objects }) => objects),
  );
  const links = observed.get(vrfPlace(vrf))?.links;
  const there = desired.filter(({ name }) => isOurs(links?.get(name)?.alias));
  const steps = diff(
    there.flatMap(({ objects }) => objects),
    observed,
  );
  return carryOut(agent, vrf.name, steps, log);
}

function uplinkProblem({ node, vrfs }: Agent, vrf: NodeVrf): Error | undefined {
  try {
    checkUplinkOf(vrf, node, vrf, vrfs.list());
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

function look({ node }: Agent, desired: readonly KernelObject[]): Observed {
  return observe(desired, (place) => node.lookup(place));
}

function carryOut({ node }: Agent, vrf: string, steps: readonly Step[], log: Logger): boolean {
  if (steps.length === 0) return false;
  log.warn({ vrf, steps: steps.map(describeStep) }, 'the kernel differs from what was made: repairing');
  apply(steps, node.host());
  return true;
}

/** Adapts VRF and host ends to a definition that has changed, as far as that is possible under attached pods; logs what is not. */
export function adapt(agent: Agent, name: string, log: Logger): void {
  agent.vrfChanges.changed(name, agent.isAttached(name));
  const vrf = agent.vrfStore.get(name);
  const own = agent.attachments.list().filter(({ attachment }) => attachment.vrf.name === name);
  if (!vrf || own.length === 0) return;
  try {
    repairHostEnds(agent, vrf, own, log);
  } catch (error) {
    log.error({ vrf: name, error: (error as Error).message }, 'changed VRF does not take effect on its host ends');
  }
}
