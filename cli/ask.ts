/** What multivrfctl asks the agent. */
import { closeSync, openSync } from 'node:fs';
import { inNamespace } from '../agent/apply/inside.ts';
import { close, netlinkSocket } from '../agent/netlink/sys/libc.ts';
import { type EvidenceStatement, type ListedAttachment, protocolVersion } from '../common/protocol.ts';
import { ask, exchange } from './exchange.ts';
import { type Health, healthOf } from './health.ts';

/** Milliseconds the agent has for an answer. */
const timeout = 20_000;

const head = { protocol: protocolVersion, network: '', timeout } as const;

/** What is attached on this node. Throws a CniError: the agent’s refusal, or why there is no answer. */
export function list(socketPath: string): readonly ListedAttachment[] {
  return exchange(socketPath, { ...head, verb: 'LIST' }).attachments ?? [];
}

/** Milliseconds: a probe waits no longer. */
const statusTimeout = 5_000;

/** Throws only when nobody answers. */
export function status(socketPath: string): Health {
  return healthOf(ask(socketPath, { ...head, timeout: statusTimeout, verb: 'STATUS' }));
}

/** An attachment with what is stated of it. */
export interface Verified extends ListedAttachment {
  statements: readonly EvidenceStatement[];
  /** Why the pod's side could not be looked at; absent when it was. */
  unseen?: string;
}

/** A socket inside the pod is handed over where this process may open one; without it, statements about the pod's side stay unknown. */
export function verify(socketPath: string, attachment: ListedAttachment): Verified {
  const inside = openInside(attachment.netns);
  const descriptor = typeof inside === 'number' ? inside : undefined;
  try {
    const { containerId, interface: device } = attachment;
    const hasSocket = descriptor !== undefined;
    const request = { ...head, verb: 'VERIFY', containerId, interface: device, hasSocket } as const;
    const statements = exchange(socketPath, request, descriptor).statements ?? [];
    return { ...attachment, statements, ...(typeof inside === 'string' ? { unseen: inside } : {}) };
  } finally {
    if (descriptor !== undefined) close(descriptor);
  }
}

/** A netlink socket of the namespace at `path`, or why there is none. */
function openInside(path: string): number | string {
  if (path === '') return 'the agent has no path to its network namespace';
  try {
    const netns = openSync(path, 'r');
    try {
      return inNamespace(netns, netlinkSocket);
    } finally {
      closeSync(netns);
    }
  } catch (error) {
    return `its network namespace ${path} cannot be entered: ${(error as Error).message}`;
  }
}
