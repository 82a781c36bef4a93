import { brief } from './printable.ts';

/**
 * Error codes of the CNI specification (SPEC.md, "Error"); from 100 on a plugin's own.
 */
export const CniCode = {
  incompatibleVersion: 1,
  unsupportedField: 2,
  unknownContainer: 3,
  invalidEnvironment: 4,
  ioFailure: 5,
  decodeFailure: 6,
  invalidConfig: 7,
  tryAgainLater: 11,
  /** STATUS: the plugin cannot serve ADD. */
  notAvailable: 50,
  /** STATUS: as 50, and what is attached may have lost its network. */
  limitedConnectivity: 51,
  /** The pod may not have what it asks for: no access, address taken, pool exhausted. */
  refused: 100,
  /** The kernel, or something in it that multivrf did not make, is in the way. */
  kernel: 101,
  /** CHECK: the pod, the kernel or the runtime's memory differ from what was made. */
  drifted: 102,
} as const;

export type CniCode = (typeof CniCode)[keyof typeof CniCode];

/** What a CNI plugin prints on stdout when it fails; `msg; details` appears verbatim in the pod's events. */
export interface CniErrorBody {
  code: number;
  msg: string;
  details?: string;
}

/** Of `msg` and of `details`, in characters: an event of Kubernetes holds 1,024. */
export const longestText = 2048;

/**
 * A failure the user is to read: `message` names the offending thing and its value, `details` says
 * what would be right or what to do.
 */
export class CniError extends Error {
  readonly code: CniCode;
  readonly details: string | undefined;

  constructor(code: CniCode, message: string, details?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CniError';
    this.code = code;
    this.details = details;
  }

  /** On one line each and not longer than people read, whatever the values quoted in it are made of. */
  toBody(): CniErrorBody {
    const details = this.details ? { details: brief(this.details, longestText) } : {};
    return { code: this.code, msg: brief(this.message, longestText), ...details };
  }
}

/** What went wrong and what to do about it, in one line, as CNI runtimes print it. */
export function explain(error: unknown): string {
  const details = error instanceof CniError ? error.details : undefined;
  return (error as Error).message + (details ? `; ${details}` : '');
}
