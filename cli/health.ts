/** What the agent's answer to STATUS means for whoever probes it. */
import { CniCode, type CniErrorBody } from '../common/errors.ts';
import type { Reply } from '../common/protocol.ts';

/** Of an agent that answers. */
export interface Health {
  /** Whether pods that start now can be attached. */
  attaches: boolean;
  /** One line: that all is well, or what is not and what to do. */
  text: string;
}

/** An attachment that is degraded (51) is no reason to turn away the next pod. */
export function healthOf(reply: Reply): Health {
  if (reply.ok) return { attaches: true, text: 'ready: pods can be attached' };
  const { code } = reply.error;
  if (code === CniCode.limitedConnectivity) {
    return { attaches: true, text: `ready: pods can be attached, but ${words(reply.error)}` };
  }
  return { attaches: false, text: `not ready: ${words(reply.error)}` };
}

const words = ({ msg, details }: CniErrorBody): string => (details ? `${msg}; ${details}` : msg);
