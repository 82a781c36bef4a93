/** How many requests go to the kernel at once. */
import { NLM_F } from './constants.ts';
import type { Message } from './message.ts';

/**
 * The kernel answers all messages of a datagram before we read the first answer, and one about a link takes up to 5 KiB of a
 * buffer that has 208 KiB by default (net.core.rmem_default).
 */
const mostAnswers = 32;

/** Requests for one object (RTM_GET…, by rtnetlink's numbering), and those whose effect is to be told. */
function isAnswered({ type, flags }: Message): boolean {
  return (type & 3) === 2 || (flags & NLM_F.ECHO) !== 0;
}

/** The messages in order, in parts whose answers fit into a socket's buffer. */
export function splitByAnswers(messages: readonly Message[]): (readonly Message[])[] {
  if (messages.length <= mostAnswers) return [messages];
  const parts: (readonly Message[])[] = [];
  let begin = 0;
  let answers = 0;
  for (const [at, message] of messages.entries()) {
    if (!isAnswered(message) || ++answers <= mostAnswers) continue;
    parts.push(messages.slice(begin, at));
    begin = at;
    answers = 1;
  }
  return begin === 0 ? [messages] : [...parts, messages.slice(begin)];
}
