/** Evidence: what is stated of an attachment's isolation, judged by what the kernel answers at this moment. */
import { examine } from '../apply/observe.ts';
import type { PlaceHandle } from '../apply/place.ts';
import { kernelDrifts } from '../plan/check.ts';
import type { Drift } from '../plan/check-drift.ts';
import type { Attachment, NodeVrf } from '../plan/desired.ts';
import { judge } from '../plan/evidence/judge.ts';
import type { Judged } from '../plan/evidence/statement.ts';
import { statementsOf } from '../plan/evidence/statements.ts';
import { hostEnd } from '../plan/host-end.ts';
import { nodeVrf } from '../plan/node-vrf.ts';
import { podSide } from '../plan/pod.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { Agent } from './agent.ts';
import { intrusionsOf } from './evidence-intrusions.ts';
import { ask } from './evidence-lookups.ts';
import { sceneOf } from './evidence-scene.ts';

/** What was found out about one attachment. */
export interface Evidence {
  judged: readonly Judged[];
  drifts: readonly Drift[];
}

/** Without `pod` nothing is found out about the pod's side. The outcome decides whether the attachment is degraded. */
export function evidenceOf(agent: Agent, record: AttachmentRecord, pod: PlaceHandle | undefined): Evidence {
  const { attachment } = record;
  const { drifts, observed } = driftsOf(agent, attachment, pod);
  const { scene, place, links } = sceneOf(agent, attachment, currentVrf(agent, attachment), pod);
  const statements = statementsOf(scene);
  const answer = ask(agent, statements, pod);
  const intrusions = intrusionsOf({ scene, observed, place, links, pod });
  const judged = statements.map((statement) =>
    judge(statement, {
      answer,
      drifts,
      intrusions,
      ...(pod ? {} : { podUnseen: "no socket inside the pod's network namespace was at hand" }),
    }),
  );
  agent.degraded.noteEvidence(record, judged, pod !== undefined);
  return { judged, drifts };
}

/** Looks again at those that were found broken: what was put right on the node since is whole. */
export function lookAgain(agent: Agent): void {
  for (const record of agent.degraded.unproven()) {
    try {
      evidenceOf(agent, record, undefined);
    } catch {
      // What cannot be looked at stays degraded, which is what the caller is to be told.
    }
  }
}

/** The record of the VRF follows its definition, that of an attachment stays as it was made. */
function currentVrf({ vrfs }: Agent, { vrf }: Attachment): NodeVrf {
  return vrfs.list().find(({ name }) => name === vrf.name) ?? vrf;
}

/** CHECK's comparison, and what it compared. */
function driftsOf(agent: Agent, attachment: Attachment, pod: PlaceHandle | undefined) {
  const { node, attachments } = agent;
  const current = currentVrf(agent, attachment);
  const desired = [...nodeVrf(current), ...hostEnd(attachment, current), ...podSide(attachment)];
  const observed = examine(desired, (place) => (place === 'pod' ? pod : node.lookup(place)));
  const siblings = attachments
    .list()
    .map((other) => other.attachment)
    .filter((other) => other.vrf.name === attachment.vrf.name);
  return { drifts: kernelDrifts(attachment, desired, observed, siblings), observed };
}
