/** What the network configuration says about reaching the agent. */
import type { NetConf } from '../common/cni.ts';
import { CniCode, CniError } from '../common/errors.ts';
import { defaultAgentSocket } from '../common/protocol.ts';
import { defaultTimeout } from './defaults.ts';
import { maxSocketPath } from './structures.ts';

/** Below CRI-O's 60 s for a call, so that our error is read and not the runtime's. */
const longestTimeout = 55;

/** The network's name, which tells our attachments from those of other networks. Throws a CniError 7. */
export function networkName({ name }: NetConf): string {
  // Half a character cannot stand in a note's file name.
  if (typeof name === 'string' && name !== '' && name.isWellFormed()) return name;
  throw invalid('name', name, 'the conflist must name the network, with a text');
}

/** Path of the agent's socket. Throws a CniError 7. */
export function agentSocket({ agentSocket: path = defaultAgentSocket }: NetConf): string {
  if (typeof path !== 'string' || !path.startsWith('/') || path.includes('\0')) {
    throw invalid('agentSocket', path, 'it must be the absolute path of a unix socket');
  }
  if (new TextEncoder().encode(path).length <= maxSocketPath) return path;
  throw invalid(
    'agentSocket',
    path,
    `choose a path of at most ${maxSocketPath} bytes, in the conflist and for the agent: sockaddr_un has room for no more`,
  );
}

/** Milliseconds that a whole call may take. Throws a CniError 7. */
export function timeout({ timeoutSeconds: seconds }: NetConf): number {
  if (seconds === undefined) return defaultTimeout;
  if (typeof seconds === 'number' && seconds > 0 && seconds <= longestTimeout) return seconds * 1000;
  throw invalid('timeoutSeconds', seconds, `it must be a number above 0 and at most ${longestTimeout}`);
}

/**
 * Throws a CniError 2 for what other plugins understand under a key that has no meaning here: whoever wrote it relies
 * on it. Unknown keys are left to those who wrote them.
 */
export function requireSupported({ vrf, ipam }: NetConf): void {
  if (vrf !== undefined || !ipam?.type) return;
  throw new CniError(
    CniCode.unsupportedField,
    `ipam: ${JSON.stringify(ipam).slice(0, 200)} is not supported in a chain`,
    "addresses come from the VRF's spec.addresses or from the annotation: remove the key; or name one VRF with the key vrf",
  );
}

/** A CniError 7 about one key of the network configuration. */
export function invalid(key: string, value: unknown, fix: string): CniError {
  const shown = value === undefined ? 'absent' : JSON.stringify(value).slice(0, 200);
  return new CniError(CniCode.invalidConfig, `${key}: ${shown} in the network configuration`, fix);
}
