/** The status of a VRF, as one agent after the other makes it: pure. */
import type { VrfStatus } from '../api/vrf-status.ts';
import { timeOf } from './attachments-conditions.ts';

type NodeEntry = NonNullable<VrfStatus['nodes']>[number];
type Condition = NonNullable<VrfStatus['conditions']>[number];

/** What this node says of a VRF. */
export interface Word {
  /** Undefined when the node does not use it. */
  entry: Pick<NodeEntry, 'ready' | 'reason' | 'message' | 'attachments'> | undefined;
  /** What was found of its spec; undefined when it was not read yet. */
  verdict: Verdict | undefined;
}

export interface Verdict {
  /** The metadata.generation it was found for. */
  generation: number | undefined;
  /** `spec.mtu: 70000 must be at most 65535`; undefined when it is valid. */
  invalid: string | undefined;
  /** Whether it is deleted, and stays until it is not used any more. */
  isDeleted: boolean;
}

/** By the schema of the CRD. */
const most = { nodes: 5000, message: 1024, condition: 32_768, named: 20 };

/**
 * The status after `node` has had its word. That is `current` in content when there is nothing new. The words of nodes that
 * are `gone` are dropped.
 */
export function nextStatus(
  current: VrfStatus | undefined,
  node: string,
  word: Word,
  now: Date,
  gone: ReadonlySet<string> = new Set(),
): VrfStatus {
  const before = (current?.nodes ?? []).filter(({ name }) => !gone.has(name));
  const nodes = nextNodes(before, node, word.entry, now);
  const isUsed = nodes.length > 0 || current?.nodes !== undefined;
  const attachments = nodes.reduce((sum, one) => sum + one.attachments, 0);
  const accepted = nextAccepted(current, word);
  const conditions = [
    ...[accepted].flatMap((one) => one ?? find(current, 'Accepted') ?? []),
    ...(isUsed ? [inUse(nodes, word.verdict?.isDeleted === true)] : []),
  ].map((one) => timed(one, current, now));
  return {
    ...current,
    ...(accepted && word.verdict?.generation !== undefined ? { observedGeneration: word.verdict.generation } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
    ...(isUsed ? { nodes, attachments } : {}),
  };
}

function nextNodes(before: readonly NodeEntry[], node: string, entry: Word['entry'], now: Date): NodeEntry[] {
  const old = before.find(({ name }) => name === node);
  const others = before.filter(({ name }) => name !== node);
  if (!entry || others.length >= most.nodes) return others;
  const { message, ...rest } = entry;
  const lastTransitionTime = old?.ready === entry.ready ? old.lastTransitionTime : timeOf(now);
  const own: NodeEntry = {
    name: node,
    ...rest,
    ...(message === undefined ? {} : { message: message.slice(0, most.message) }),
    ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }),
  };
  return [...others, own].sort((a, b) => (a.name < b.name ? -1 : 1));
}

type Untimed = Omit<Condition, 'lastTransitionTime'>;

/** Of a VRF that is valid and not used here nothing need be said, but that it is valid again. */
function nextAccepted(current: VrfStatus | undefined, { entry, verdict }: Word): Untimed | undefined {
  if (!verdict) return undefined;
  const { invalid, generation } = verdict;
  const old = find(current, 'Accepted');
  if (invalid === undefined && !entry && old?.status !== 'False') return undefined;
  // Another agent has read a later one.
  if (old?.observedGeneration !== undefined && generation !== undefined && old.observedGeneration > generation)
    return undefined;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  return invalid === undefined
    ? { type: 'Accepted', status: 'True', reason: 'Valid', message: 'the spec is valid', ...observed }
    : { type: 'Accepted', status: 'False', reason: 'Invalid', message: invalid.slice(0, most.condition), ...observed };
}

function inUse(nodes: readonly NodeEntry[], isDeleted: boolean): Untimed {
  const holders = nodes.filter(({ attachments }) => attachments > 0);
  if (holders.length === 0)
    return { type: 'InUse', status: 'False', reason: 'NotAttached', message: 'no pod is attached' };
  const named = holders.slice(0, most.named).map(({ name, attachments }) => `${attachments} on node ${name}`);
  const more = holders.length > most.named ? ` and on ${holders.length - most.named} more nodes` : '';
  const who = `pods attached: ${named.join(', ')}${more}; kubectl get vrfattachments -A names them`;
  return isDeleted
    ? {
        type: 'InUse',
        status: 'True',
        reason: 'DeletionPending',
        message: `it is deleted, and stays until the last pod is gone; ${who}`,
      }
    : { type: 'InUse', status: 'True', reason: 'Attached', message: who };
}

function timed(condition: Untimed, current: VrfStatus | undefined, now: Date): Condition {
  const old = find(current, condition.type);
  const lastTransitionTime = old?.status === condition.status ? old.lastTransitionTime : timeOf(now);
  return { ...condition, lastTransitionTime };
}

const find = (status: VrfStatus | undefined, type: Condition['type']): Condition | undefined =>
  status?.conditions?.find((one) => one.type === type);
