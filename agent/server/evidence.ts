/** Evidence: what is stated of an attachment's isolation, judged by what the kernel answers at this moment. */
import { examine } from '../apply/observe.ts';
import type { PlaceHandle } from '../apply/place.ts';
import { getLink } from '../netlink/codec/link.ts';
import { decodeLink } from '../netlink/codec/link-decode.ts';
import { decodeFoundRoute, lookupRoute } from '../netlink/codec/route-lookup.ts';
import { errnoName } from '../netlink/sys/libc.ts';
import { kernelDrifts } from '../plan/check.ts';
import type { Drift } from '../plan/check-drift.ts';
import type { Attachment, NodeVrf } from '../plan/desired.ts';
import { judge } from '../plan/evidence/judge.ts';
import type { Answer, Judged, Question, Statement } from '../plan/evidence/statement.ts';
import { statementsOf } from '../plan/evidence/statements.ts';
import { hostEnd } from '../plan/host-end.ts';
import { nodeVrf } from '../plan/node-vrf.ts';
import { podSide } from '../plan/pod.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { Agent } from './agent.ts';
import { sceneOf } from './evidence-scene.ts';

/** What was found out about one attachment. */
export interface Evidence {
  judged: readonly Judged[];
  drifts: readonly Drift[];
}

/** Without `pod` nothing is found out about the pod's side. The outcome decides whether the attachment is degraded. */
export function evidenceOf(agent: Agent, record: AttachmentRecord, pod: PlaceHandle | undefined): Evidence {
  const { attachment } = record;
  const drifts = driftsOf(agent, attachment, pod);
  const { scene, intruders } = sceneOf(agent, attachment, currentVrf(agent, attachment), pod);
  const statements = statementsOf(scene);
  const answers = ask(agent, statements, pod);
  const judged = statements.map((statement) =>
    judge(statement, {
      answer: (question) => answers.get(question) ?? { type: 'unasked', error: 'nobody asked' },
      drifts,
      intruders,
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

function driftsOf(agent: Agent, attachment: Attachment, pod: PlaceHandle | undefined): Drift[] {
  const { node, attachments } = agent;
  const current = currentVrf(agent, attachment);
  const desired = [...nodeVrf(current), ...hostEnd(attachment, current), ...podSide(attachment)];
  const observed = examine(desired, (place) => (place === 'pod' ? pod : node.lookup(place)));
  const siblings = attachments.list().map((other) => other.attachment);
  return kernelDrifts(
    attachment,
    desired,
    observed,
    siblings.filter((other) => other.vrf.name === attachment.vrf.name),
  );
}

/** In one datagram; more of them would not fit into the kernel's buffer for answers. */
const mostAtOnce = 64;

/** The kernel's answer to each question of the statements. */
function ask(
  { node }: Agent,
  statements: readonly Statement[],
  pod: PlaceHandle | undefined,
): ReadonlyMap<Question, Answer> {
  const questions = statements.flatMap(({ questions: own, control }) => [...own, ...control]);
  const answers = new Map<Question, Answer>();
  for (const place of new Set(questions.map((question) => question.in))) {
    const handle = place === 'pod' ? pod : node.lookup(place);
    const here = questions.filter((question) => question.in === place);
    for (let i = 0; handle && i < here.length; i += mostAtOnce) {
      const some = here.slice(i, i + mostAtOnce);
      for (const [question, answer] of answersOf(handle, some)) answers.set(question, answer);
    }
  }
  return answers;
}

function nameOf(handle: PlaceHandle, index: number): string | undefined {
  const [answer] = handle.socket.transact([getLink({ index })]);
  const body = answer!.errno === 0 ? answer!.echo[0]?.body : undefined;
  return body && decodeLink(body).name;
}

function answersOf(handle: PlaceHandle, questions: readonly Question[]): [Question, Answer][] {
  const names = new Set(questions.flatMap(({ iif, oif }) => [iif, oif]).filter((name) => name !== undefined));
  const indexes = new Map([...names].map((name) => [name, handle.link(name)?.index]));
  const missing = ({ iif, oif }: Question) =>
    [iif, oif].find((name) => name !== undefined && indexes.get(name) === undefined);
  const asked = questions.filter((question) => missing(question) === undefined);
  const messages = asked.map(({ iif, oif, ...question }) => {
    const [received, bound] = [indexes.get(iif ?? ''), indexes.get(oif ?? '')];
    return lookupRoute({
      ...question,
      ...(received === undefined ? {} : { iif: received }),
      ...(bound === undefined ? {} : { oif: bound }),
    });
  });
  const answers = handle.socket.transact(messages).map(({ errno, reason, echo }): Answer => {
    if (errno !== 0) return { type: 'refused', error: `${errnoName(errno)}${reason ? ` ${reason}` : ''}` };
    const { type, index } = echo[0] ? decodeFoundRoute(echo[0].body) : { type: 'other' as const, index: undefined };
    const dev = index === undefined ? undefined : nameOf(handle, index);
    return { type, ...(dev === undefined ? {} : { dev }) };
  });
  return [
    ...asked.map((question, i): [Question, Answer] => [question, answers[i]!]),
    ...questions.flatMap((question): [Question, Answer][] => {
      const dev = missing(question);
      return dev === undefined ? [] : [[question, { type: 'unasked', error: `there is no interface ${dev}` }]];
    }),
  ];
}
