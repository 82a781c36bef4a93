/** What the agent may answer to whatever it was sent. */
import { CniCode } from '../../common/errors.ts';
import { mustBeOurError } from './cni-error.ts';
import type { Shot } from './fuzzed-agent.ts';
import { must } from './target.ts';

/** An answer, and the request that it was given to when that one was understood. */
export interface Said {
  ok: boolean;
  result?: unknown;
  verb?: unknown;
  request?: Record<string, unknown>;
}

/** Throws unless `text` is one well-formed answer to `shot`. */
export function mustBeAnswer(shot: Shot, text: string): Said {
  must(
    text.endsWith('\n') && text.indexOf('\n') === text.length - 1,
    `not one line: ${JSON.stringify(text.slice(0, 300))}`,
  );
  const reply = JSON.parse(text) as { ok: unknown; result?: unknown; error?: { code?: unknown; msg?: unknown } };
  if (reply.ok === true) {
    must(shot.peer === 'root', 'a peer that is not root is served');
    must(shot.end === 'line' || shot.end === 'more', 'half a request is served');
    const request = JSON.parse(shot.text.split('\n', 1)[0]!) as Record<string, unknown>;
    return { ok: true, result: reply.result, verb: request.verb, request };
  }
  must(reply.ok === false, `neither ok nor an error: ${text.slice(0, 300)}`);
  mustBeOurError(reply.error);
  const { code, msg } = reply.error!;
  must(!String(msg).startsWith('the agent failed'), `an error that nobody thought of: ${text.slice(0, 600)}`);
  if (shot.peer === 'nobody') must(code === CniCode.refused, `a peer that is not root is told ${text.slice(0, 300)}`);
  return { ok: false };
}
