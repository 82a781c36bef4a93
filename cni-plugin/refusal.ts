import { CniCode, CniError, type CniErrorBody, longestText } from '../common/errors.ts';
import { brief } from '../common/printable.ts';

/** A failure that somebody else found (agent, IPAM plugin) or that is put together from several, printed as it is. */
export class Refusal extends Error {
  readonly body: CniErrorBody;

  constructor(body: CniErrorBody) {
    super(body.msg);
    this.name = 'Refusal';
    this.body = body;
  }
}

/** Whatever was thrown as the error that CNI prints. */
export function bodyOf(error: unknown): CniErrorBody {
  if (error instanceof Refusal) return legible(error.body);
  if (error instanceof CniError) return error.toBody();
  return {
    code: CniCode.ioFailure,
    msg: `unexpected failure of the multivrf plugin: ${error}`,
    details: 'this is a bug of multivrf; please report it with this message',
  };
}

/** A runtime reads the code of an error as a whole number without sign, and 0 as success. */
export function isErrorCode(code: unknown): code is number {
  return Number.isSafeInteger(code) && Number(code) > 0;
}

/** What others say is printed like what we say: on one line each, and nothing that is empty or no text. */
function legible({ code, msg, details }: CniErrorBody): CniErrorBody {
  const more = typeof details === 'string' && details.trim() !== '' ? { details: brief(details, longestText) } : {};
  return { code, msg: brief(msg, longestText), ...more };
}

/** The same error with more to its details. */
export function withDetails(error: unknown, more: string): Refusal {
  const body = bodyOf(error);
  return new Refusal({ ...body, details: body.details ? `${body.details}; ${more}` : more });
}

/** Runs every step, also past those that fail. Throws the first failure, with the others in its details. */
export async function runAll(steps: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  const [first, ...others] = failures;
  if (first === undefined) return;
  const told = others.map((error) => `another failure: ${textOf(error)}`).join('; ');
  throw told === '' ? first : withDetails(first, told);
}

/** Undoes after `cause`; gives back the cause, with the failure of undoing in its details. */
export async function undone(cause: unknown, undo: () => unknown): Promise<unknown> {
  try {
    await undo();
    return cause;
  } catch (second) {
    return withDetails(cause, `undoing the attachment failed as well: ${textOf(second)}`);
  }
}

function textOf(error: unknown): string {
  const { msg, details } = bodyOf(error);
  return details ? `${msg} (${details})` : msg;
}
