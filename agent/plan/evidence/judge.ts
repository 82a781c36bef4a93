/** Statements against what the kernel answered. */
import type { Drift } from '../check-drift.ts';
import type { Answer, Intrusion, Judged, Question, Statement } from './statement.ts';

/** What was found out. */
export interface Findings {
  /** Asked once for each question. */
  answer(question: Question): Answer;
  /** From CHECK's comparison. */
  drifts: readonly Drift[];
  intrusions: readonly Intrusion[];
  /** Why nothing is known of the pod; absent when a socket inside was at hand. */
  podUnseen?: string;
}

/** A statement holds when everything that it rests on was seen to be so; what breaks it is told before what could not be seen. */
export function judge(statement: Statement, findings: Findings): Judged {
  const { text, in: place, serves } = statement;
  const head = { text, in: place, ...(serves ? { serves } : {}) };
  const drift = findings.drifts.find(({ site }) => site && statement.restsOn(site));
  if (drift) return { ...head, verdict: 'broken', reason: drift.text, byDrift: true };
  const intrusion = findings.intrusions.find(({ kind }) => statement.excludes.includes(kind));
  if (intrusion) return { ...head, verdict: 'broken', reason: intrusion.text };
  if (place === 'pod' && findings.podUnseen !== undefined) {
    return { ...head, verdict: 'unknown', reason: findings.podUnseen };
  }
  const asked = statement.questions.map((question) => ({ question, answer: findings.answer(question) }));
  const astray = asked.find(({ question, answer: one }) => one.type !== 'unasked' && !statement.accepts(one, question));
  if (astray) return { ...head, verdict: 'broken', reason: words(astray.question, astray.answer) };
  const unasked = asked.find(({ answer }) => answer.type === 'unasked');
  const lost = statement.control
    .map((question) => ({ question, answer: findings.answer(question) }))
    .find(({ answer }) => answer.type !== 'local' && answer.type !== 'unicast');
  const doubt = unasked ?? lost;
  if (!doubt) return { ...head, verdict: 'holds' };
  const why = unasked ? '' : ', as it must not be: that others are refused proves nothing';
  return { ...head, verdict: 'unknown', reason: `${words(doubt.question, doubt.answer)}${why}` };
}

/** `a packet from 192.0.2.1 to 10.0.0.5, in by eth1, is taken by the node itself`. */
function words({ in: place, to, from, iif, oif }: Question, { type, dev, error }: Answer): string {
  const source = from === undefined ? '' : ` from ${from}`;
  const by = iif !== undefined ? `, in by ${iif},` : oif !== undefined ? `, sent by ${oif},` : ',';
  const where = place === 'pod' ? 'the pod' : place === 'node' ? 'the node' : `namespace ${place.slice('vrf/'.length)}`;
  const fate = {
    local: `is taken by ${where} itself`,
    unicast: `leaves ${where} by ${dev ?? 'an interface without a name'}`,
    refused: `is refused by ${where} (${error ?? 'unreachable'})`,
    other: `is taken by ${where} as a broadcast or otherwise`,
    unasked: `could not be asked for: ${error}`,
  }[type];
  return `a packet${source} to ${to}${by} ${fate}`;
}
