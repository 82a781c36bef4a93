/** What a dump must come to, worked out from the answers alone: the naive twin of the one under test. */

/** One message of the kernel's side, as far as it matters here. */
export interface DumpAnswer {
  what: 'data' | 'ack' | 'error' | 'done' | 'interrupted' | 'odd' | 'garbage';
  /** Which of the requests it answers: sequence numbers begin at 1. */
  sequence: number;
  /** In the datagram of the one before. */
  joined: boolean;
}

/** The number of requests it takes and of messages in the whole dump; undefined when there is no whole one. */
export function wholeDump(answers: readonly DumpAnswer[]): { requests: number; messages: number } | undefined {
  let rest = answers;
  for (let requests = 1; ; requests++) {
    const end = rest.findIndex((one) => one.sequence === requests && ['done', 'ack', 'error'].includes(one.what));
    if (rest[end]?.what !== 'done') return undefined;
    const own = rest.slice(0, end).filter(({ sequence }) => sequence === requests);
    if (!own.some(({ what }) => what === 'interrupted')) return { requests, messages: own.length };
    // What is left of a datagram belongs to nobody.
    const next = rest.findIndex(({ joined }, i) => i > end && !joined);
    rest = next < 0 ? [] : rest.slice(next);
  }
}
