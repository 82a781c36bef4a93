/** The look-ups of evidence: each question of the statements, answered by the kernel. */
import type { PlaceHandle } from '../apply/place.ts';
import { getLink } from '../netlink/codec/link.ts';
import { decodeLink } from '../netlink/codec/link-decode.ts';
import { decodeFoundRoute, lookupRoute } from '../netlink/codec/route-lookup.ts';
import { errnoName } from '../netlink/sys/libc.ts';
import type { Answer, Question, Statement } from '../plan/evidence/statement.ts';
import type { Agent } from './agent.ts';

/** In one datagram; more of them would not fit into the kernel's buffer for answers. */
const mostAtOnce = 64;

const keyOf = ({ in: place, to, from, iif, oif }: Question) => [place, to, from, iif, oif].join(' ');

/** The kernel's answer to each question of the statements; what several ask is asked once. */
export function ask(
  { node }: Agent,
  statements: readonly Statement[],
  pod: PlaceHandle | undefined,
): (question: Question) => Answer {
  const all = statements.flatMap(({ questions: own, control }) => [...own, ...control]);
  const questions = [...new Map(all.map((question) => [keyOf(question), question])).values()];
  const answers = new Map<string, Answer>();
  for (const place of new Set(questions.map((question) => question.in))) {
    const handle = place === 'pod' ? pod : node.lookup(place);
    const here = questions.filter((question) => question.in === place);
    for (let i = 0; handle && i < here.length; i += mostAtOnce) {
      const some = here.slice(i, i + mostAtOnce);
      for (const [question, answer] of answersOf(handle, some)) answers.set(keyOf(question), answer);
    }
  }
  return (question) => answers.get(keyOf(question)) ?? { type: 'unasked', error: 'nobody asked' };
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
  const devices = new Map<number, string | undefined>();
  const deviceOf = (index: number) => {
    if (!devices.has(index)) devices.set(index, nameOf(handle, index));
    return devices.get(index);
  };
  const answers = handle.socket.transact(messages).map(({ errno, reason, echo }): Answer => {
    if (errno !== 0) return { type: 'refused', error: `${errnoName(errno)}${reason ? ` ${reason}` : ''}` };
    const { type, index } = echo[0] ? decodeFoundRoute(echo[0].body) : { type: 'other' as const, index: undefined };
    const dev = index === undefined ? undefined : deviceOf(index);
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
