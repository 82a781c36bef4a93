import { CniError } from '../../common/errors.ts';

/** What went wrong and what to do about it, in one line, as CNI runtimes print it. */
export function explain(error: unknown): string {
  const details = error instanceof CniError ? error.details : undefined;
  return (error as Error).message + (details ? `; ${details}` : '');
}
