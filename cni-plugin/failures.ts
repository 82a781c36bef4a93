/** The texts of what can go wrong between plugin, kernel and agent: the same whatever the compiler. */
import { CniCode, CniError } from '../common/errors.ts';

const agentHint =
  'is the DaemonSet multivrf-agent running on this node? The runtime tries again; pods without the annotation are not affected';

/** Nobody accepts connections on the agent's socket. */
export function agentAway(socketPath: string, reason: string): CniError {
  return new CniError(CniCode.tryAgainLater, `the agent does not answer on ${socketPath}: ${reason}`, agentHint);
}

/** The agent accepted the request and was silent for `waited` milliseconds. */
export function agentSilent(socketPath: string, waited: number): CniError {
  return new CniError(
    CniCode.tryAgainLater,
    `no answer from the agent on ${socketPath} within ${waited / 1000} s`,
    'look into the log of the DaemonSet multivrf-agent on this node for what holds it up',
  );
}

/** The connection ended in the middle of the answer, or before it. */
export function answerCutOff(socketPath: string, received: string, reason: string): CniError {
  const got = received === '' ? 'nothing' : `${received.length} characters of an unfinished line`;
  return new CniError(
    CniCode.tryAgainLater,
    `the agent on ${socketPath} ended the connection before its answer was complete: received ${got} (${reason})`,
    'the agent probably restarted; the runtime tries again',
  );
}

/** More than one frame of the protocol came without an end of line. */
export function answerTooLong(socketPath: string, limit: number): CniError {
  return new CniError(
    CniCode.ioFailure,
    `the answer of the agent on ${socketPath} is longer than ${limit} bytes`,
    'plugin and agent are of different versions, or the socket belongs to another program',
  );
}

/**
 * Code 4, not 3 (unknown container): 3 tells the runtime that no DEL is needed, and the plugins before
 * us in the chain would leak.
 */
export function namespaceUnusable(path: string, reason: string): CniError {
  return new CniError(
    CniCode.invalidEnvironment,
    `CNI_NETNS: cannot enter the network namespace ${path}: ${reason}`,
    'the path must name a network namespace and the runtime must start the plugin as root of the host',
  );
}

/** A unix socket's path has room for 107 bytes (sockaddr_un). */
export function socketPathTooLong(socketPath: string): CniError {
  return new CniError(
    CniCode.invalidConfig,
    `agentSocket: ${socketPath} is longer than the 107 bytes a unix socket's path can have`,
    'choose a shorter path in the conflist and for the agent',
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

/** A system call that has no reason to fail did. */
export function systemCallFailed(call: string, reason: string): CniError {
  return new CniError(CniCode.ioFailure, `${call} failed: ${reason}`);
}
