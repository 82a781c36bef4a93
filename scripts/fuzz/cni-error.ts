/** What a user may be shown: one well-formed CNI error that names the problem. */
import { CniCode, CniError } from '../../common/errors.ts';
import { must } from './target.ts';

const codes = new Set<unknown>(Object.values(CniCode));

/** Throws unless `body` is an error that a runtime can read, with texts that are fit for a pod's events. */
export function mustBeCniError(body: unknown): void {
  must(typeof body === 'object' && body !== null, `${JSON.stringify(body)} is no error object`);
  const { code, msg, details } = body as Record<string, unknown>;
  must(Number.isSafeInteger(code) && Number(code) > 0, `code ${JSON.stringify(code)}`);
  mustBeReadable('msg', msg);
  if (details !== undefined) mustBeReadable('details', details);
}

/** Throws unless `body` is a CNI error with one of our codes. */
export function mustBeOurError(body: unknown): void {
  mustBeCniError(body);
  const { code } = body as { code: unknown };
  must(codes.has(code), `code ${JSON.stringify(code)} is none of ours`);
}

/** Throws unless `error` is a CniError with one of `allowed` codes, readable. */
export function mustBeRefusal(error: unknown, ...allowed: CniCode[]): void {
  if (!(error instanceof CniError)) throw error;
  must(allowed.includes(error.code), `code ${error.code}: ${error.message}`);
  mustBeCniError(error.toBody());
}

function mustBeReadable(what: string, text: unknown): asserts text is string {
  must(typeof text === 'string' && text.trim() !== '', `${what} is ${JSON.stringify(text)}`);
  must(text.length < 4096, `${what} has ${text.length} characters: ${text.slice(0, 200)}`);
  // A terminal would obey them.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  must(!/[\0-\x08\x0b-\x1f\x7f]/.test(text), `${what} has control characters: ${JSON.stringify(text.slice(0, 300))}`);
}
