/** Who is told of what happens to attachments, to tell others of it. Nothing of it may hold up an answer, or throw. */
import type { AddRequest } from '../../common/protocol.ts';

export interface Observer {
  attached(request: AddRequest): void;
  /** A container was detached, or others are no longer there. */
  detached(): void;
  failed(request: AddRequest, error: unknown): void;
}
