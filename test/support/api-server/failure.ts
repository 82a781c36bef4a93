/** Errors as the API server answers them: an object of kind Status (API reference, "Status v1 meta"). */

export class Failure extends Error {
  readonly code: number;
  readonly reason: string;
  /** Seconds, for the header Retry-After. */
  readonly retryAfter: number | undefined;

  constructor(code: number, reason: string, message: string, retryAfter?: number) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  get status(): object {
    const { code, reason, message, retryAfter } = this;
    const details = retryAfter === undefined ? {} : { details: { retryAfterSeconds: retryAfter } };
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...details, code };
  }
}

export const badRequest = (message: string) => new Failure(400, 'BadRequest', message);
export const notFound = (resource: string, name: string) =>
  new Failure(404, 'NotFound', `${resource} "${name}" not found`);
export const conflict = (resource: string, name: string, why: string) =>
  new Failure(409, 'Conflict', `Operation cannot be fulfilled on ${resource} "${name}": ${why}`);
export const invalid = (kind: string, name: string, why: string) =>
  new Failure(422, 'Invalid', `${kind} "${name}" is invalid: ${why}`);
/** A resourceVersion, or a continue token, of which the history is no longer kept. */
export const expired = (message: string) => new Failure(410, 'Expired', message);
