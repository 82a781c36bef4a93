/** What the API server refused, and why it could not be asked. */
import { brief } from '../../common/printable.ts';

/** An answer that is no success: an object of kind Status (API reference, "Status v1 meta"), or what stands for it. */
export class ApiError extends Error {
  /** The HTTP status. */
  readonly code: number;
  /** One word such as `AlreadyExists`; empty when the answer was no Status. */
  readonly reason: string;
  /** Milliseconds to wait before the next request, when the server asks for it. */
  readonly retryAfter: number | undefined;

  constructor(code: number, reason: string, message: string, retryAfter?: number) {
    super([`${code} ${reason}`.trim(), message].filter(Boolean).join(': '));
    this.code = code;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  /** From an answer's status, body and header Retry-After (seconds; dates are not used by API servers). */
  static of(code: number, body: string, retryAfter?: string): ApiError {
    const { reason, message } = parseStatus(body);
    const seconds = Number(retryAfter);
    return new ApiError(code, reason, message, retryAfter && seconds >= 0 ? seconds * 1000 : undefined);
  }

  /** From the object of a watch's ERROR event. */
  static ofEvent(object: unknown): ApiError {
    const { code } = object as { code?: unknown };
    const { reason, message } = statusWords(object);
    return new ApiError(typeof code === 'number' ? code : 500, reason, message);
  }
}

/** Whether the history that a watch or a list asked for is no longer kept. */
export const isGone = (error: unknown): boolean => error instanceof ApiError && error.code === 410;

/** The outcome, or undefined if the API answers with one of these codes, as 404. */
export async function unless<T>(codes: readonly number[], outcome: Promise<T>): Promise<T | undefined> {
  try {
    return await outcome;
  } catch (error) {
    if (error instanceof ApiError && codes.includes(error.code)) return undefined;
    throw error;
  }
}

function parseStatus(body: string): { reason: string; message: string } {
  try {
    return statusWords(JSON.parse(body));
  } catch {
    return { reason: '', message: brief(body.trim()) };
  }
}

function statusWords(object: unknown): { reason: string; message: string } {
  const { reason, message } = (object ?? {}) as { reason?: unknown; message?: unknown };
  return {
    reason: typeof reason === 'string' ? reason : '',
    message: typeof message === 'string' ? brief(message) : '',
  };
}

const advice = new Map([
  [401, 'is the token of this cluster?'],
  [403, "is the agent's ClusterRole bound to its ServiceAccount?"],
  [404, 'are the CustomResourceDefinitions of multivrf installed?'],
]);

/** Why a request failed, with what to look at; of several addresses that were tried, why each did. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join(', ');
  const hint = error instanceof ApiError ? advice.get(error.code) : undefined;
  return [(error as Error).message || String(error), hint].filter(Boolean).join('; ');
}
