/** Takes back what was done of a plan that failed. */
import { CniError } from '../../common/errors.ts';
import { errnoName } from '../netlink/sys/libc.ts';
import { inverse, type Step } from '../plan/step.ts';
import { failureOf } from './busy.ts';
import { carrier, encode } from './encode.ts';
import { kernelError } from './explain.ts';
import type { Host } from './host.ts';

/** Undoes steps one by one, going on past errors, which it returns. Whatever is gone already counts as undone. */
export function undo(done: readonly Step[], host: Host): string[] {
  const errors: string[] = [];
  for (const step of done.toReversed()) {
    const back = inverse(step);
    if (!back) continue;
    try {
      if (back.do === 'unmake') host.removeNamespace(back.object);
      else if (back.do === 'write') host.places(back.to.in).writeSysctl(back.to.path, back.to.value);
      else if (back.do !== 'make') {
        const outcomes = host.places(carrier(back)).socket.transact(encode(back, host.places));
        const failed = outcomes.find(({ errno }) => errno !== 0 && !gone.has(errnoName(errno)));
        if (failed) errors.push(kernelError(back, failed).message);
      }
    } catch (error) {
      if (!(error instanceof CniError && error.message.includes('does not exist'))) errors.push(String(error));
    }
  }
  return errors;
}

const gone = new Set(['ENODEV', 'ENOENT', 'ESRCH', 'EADDRNOTAVAIL', 'EINVAL', 'EEXIST']);

/** The failure that was the reason, with what could not be undone in its details. */
export function withUndo(error: unknown, undoErrors: string[]): CniError {
  const failure = failureOf(error);
  if (undoErrors.length === 0) return failure;
  const details = [failure.details, `could not be undone: ${undoErrors.join('; ')}`].filter((part) => part).join('; ');
  return new CniError(failure.code, failure.message, details, { cause: error });
}
