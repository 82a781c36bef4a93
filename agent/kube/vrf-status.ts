/** The status of a VRF after one node has had its word: pure. Counts are another matter (vrf-status-count.ts). */
import { mostListedNodes, type VrfStatus } from '../api/vrf-status.ts';
import { timeOf } from './object.ts';
import { accepted, find, inUse, type Verdict, withConditions } from './vrf-status-conditions.ts';

export type NodeEntry = NonNullable<VrfStatus['nodes']>[number];

/** What this node says of a VRF. */
export interface Word {
  /** Undefined when the node does not use it. */
  entry: Pick<NodeEntry, 'ready' | 'reason' | 'message' | 'attachments'> | undefined;
  /** What was found of its spec; undefined when it was not read yet. */
  verdict: Verdict | undefined;
}

/** By the schema of the CRD. */
const longestMessage = 256;

/**
 * What cannot wait until somebody counts: that pods cannot attach on this node, that the spec is invalid, that a deleted
 * VRF is held here. That is `current` in content when there is nothing new.
 */
export function nextStatus(current: VrfStatus | undefined, node: string, word: Word, now: Date): VrfStatus {
  const { entry, verdict } = word;
  const before = current?.nodes ?? [];
  const nodes = nextNodes(before, node, entry, now);
  const isNews = verdict && (verdict.invalid !== undefined || entry || find(current, 'Accepted')?.status === 'False');
  const next = isNews ? accepted(current, verdict) : undefined;
  const isHeld = verdict?.isDeleted && entry && entry.attachments > 0;
  const isTold = find(current, 'InUse')?.reason === 'DeletionPending';
  const held = isHeld && !isTold ? inUse(holders(nodes, node, entry.attachments), true) : undefined;
  return {
    ...current,
    ...(next && verdict?.generation !== undefined ? { observedGeneration: verdict.generation } : {}),
    ...withConditions(current, [next, held], now),
    ...(nodes === before ? {} : { nodes, notReadyNodes: nodes.filter(({ ready }) => !ready).length }),
  };
}

/** `before` again when there is nothing to say, or no room to say it. */
function nextNodes(before: NodeEntry[], node: string, entry: Word['entry'], now: Date): NodeEntry[] {
  const old = before.find(({ name }) => name === node);
  const others = before.filter((one) => one !== old);
  if (!entry || entry.ready) {
    // That a node is ready is told by whoever counts.
    if (!old || old.ready) return before;
    return listed([...others, ...(entry ? [entryOf(node, entry, now)] : [])]);
  }
  const own = entryOf(node, entry, old?.ready === false ? old.lastTransitionTime : now);
  const isSame = old?.ready === false && old.reason === own.reason && old.message === own.message;
  const isFull = others.filter(({ ready }) => !ready).length >= mostListedNodes;
  return isSame || isFull ? before : listed([...others, own]);
}

function entryOf(
  name: string,
  { ready, reason, message, attachments }: NonNullable<Word['entry']>,
  since: Date | string | undefined,
): NodeEntry {
  return {
    name,
    ready,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message: message.slice(0, longestMessage) }),
    attachments,
    ...(since === undefined ? {} : { lastTransitionTime: since instanceof Date ? timeOf(since) : since }),
  };
}

/** As many as there is room for, those that are not ready first. */
export function listed(nodes: readonly NodeEntry[]): NodeEntry[] {
  const order = (a: NodeEntry, b: NodeEntry) => Number(a.ready) - Number(b.ready) || (a.name < b.name ? -1 : 1);
  return nodes.toSorted(order).slice(0, mostListedNodes);
}

/** Nodes that hold the VRF as far as they are listed, this one with its number of now. */
function holders(nodes: readonly NodeEntry[], node: string, attachments: number): Map<string, number> {
  const others = nodes.filter((one) => one.attachments > 0).map((one) => [one.name, one.attachments] as const);
  return new Map([...others, [node, attachments]]);
}
