/** What the kernel refuses only for now: the plugin asks again. */
import { CniCode, CniError } from '../../common/errors.ts';
import { NetlinkError } from '../netlink/socket.ts';
import { errnoName, SystemError } from '../netlink/sys/libc.ts';
import { type Step, subject } from '../plan/step.ts';

/** A dump under way or disturbed (EBUSY, EINTR), no memory or room for a moment, an answer that was lost. */
const passing = new Set(['EAGAIN', 'EBUSY', 'EINTR', 'ENOBUFS', 'ENOMEM', 'ETIMEDOUT']);

/** Said of whatever passes. */
const again = 'the kernel is busy: this passes, and the plugin tries again until its time is up';

/** The error to answer when netlink failed for now; undefined for any other failure. */
export function busy(error: unknown): CniError | undefined {
  const known = error instanceof NetlinkError || error instanceof SystemError;
  if (!known || !passing.has(errnoName(error.errno))) return undefined;
  return new CniError(CniCode.tryAgainLater, `the kernel does not answer for now: ${error.message}`, again, {
    cause: error,
  });
}

/** Whatever was thrown while steps were applied, as the error to answer. */
export function failureOf(error: unknown): CniError {
  if (error instanceof CniError) return error;
  return (
    busy(error) ?? new CniError(CniCode.kernel, String((error as Error).message ?? error), undefined, { cause: error })
  );
}

/** What to say of a step that was refused for now; undefined for any other refusal. */
export function busyAt(step: Step, errno: string): string | undefined {
  // A link that somebody else holds (a port of Open vSwitch, a parent of macvlan) is held for good.
  const held = errno === 'EBUSY' && ['link', 'link-settings', 'moved-link'].includes(subject(step).object);
  return passing.has(errno) && !held ? again : undefined;
}
