/** What can go wrong between plugin and kernel: the same whatever the compiler. */
import { CniCode, CniError } from '../common/errors.ts';

/**
 * There is no namespace at the path. Code 4, not 3 (unknown container): 3 tells the runtime that no DEL is needed, and
 * the plugins before us in the chain would leak.
 */
export class NamespaceGone extends CniError {
  /** The same where no plugin ran before us and all that we did is undone. */
  withoutChain(): CniError {
    return new CniError(CniCode.unknownContainer, this.message, this.details);
  }
}

/** The pod's namespace cannot be entered; `gone` when nothing is at its path. */
export function namespaceUnusable(path: string, reason: string, gone = false): CniError {
  const Failure = gone ? NamespaceGone : CniError;
  return new Failure(
    CniCode.invalidEnvironment,
    `CNI_NETNS: cannot enter the network namespace ${path}: ${reason}`,
    'the path must name a network namespace and the runtime must start the plugin as root of the host',
  );
}

/** The kernel did not take a value. */
export function sysctlRefused(path: string, value: string, reason: string): CniError {
  return new CniError(
    CniCode.kernel,
    `cannot write ${JSON.stringify(value)} to /proc/sys/${path}: ${reason}`,
    'the plugin needs /proc/sys writable, as the host has it',
  );
}

/** What a DEL wants could not be written down for an agent that is away. */
export function noteRefused(path: string, reason: string): CniError {
  return new CniError(
    CniCode.ioFailure,
    `the agent is away and the note for it cannot be written: ${path}: ${reason}`,
    'start the DaemonSet multivrf-agent on this node or make the directory writable; the runtime repeats the DEL',
  );
}

/** A system call that has no reason to fail did. */
export function systemCallFailed(call: string, reason: string): CniError {
  return new CniError(CniCode.ioFailure, `${call} failed: ${reason}`);
}
