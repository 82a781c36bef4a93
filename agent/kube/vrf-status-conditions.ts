/** The conditions of a VRF's status: pure. */
import type { VrfStatus } from '../api/vrf-status.ts';
import { timeOf } from './object.ts';

type Condition = NonNullable<VrfStatus['conditions']>[number];

/** Before it is known when its status changed last. */
export type Untimed = Omit<Condition, 'lastTransitionTime'>;

/** What an agent has found of a VRF's spec. */
export interface Verdict {
  /** The metadata.generation it was found for. */
  generation: number | undefined;
  /** `spec.mtu: 70000 must be at most 65535`; undefined when it is valid. */
  invalid: string | undefined;
  /** Whether it is deleted, and stays until it is not used any more. */
  isDeleted: boolean;
}

/** By the schema of the CRD, and nodes that are named in a message. */
const most = { message: 32_768, named: 20 };

/** Undefined where another agent has read a later spec than this one. */
export function accepted(current: VrfStatus | undefined, { invalid, generation }: Verdict): Untimed | undefined {
  const old = find(current, 'Accepted');
  if (old?.observedGeneration !== undefined && generation !== undefined && old.observedGeneration > generation)
    return undefined;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  return invalid === undefined
    ? { type: 'Accepted', status: 'True', reason: 'Valid', message: 'the spec is valid', ...observed }
    : { type: 'Accepted', status: 'False', reason: 'Invalid', message: invalid.slice(0, most.message), ...observed };
}

/** Who holds the VRF: nodes with the number of their attachments. */
export function inUse(attachments: ReadonlyMap<string, number>, isDeleted: boolean): Untimed {
  if (attachments.size === 0)
    return { type: 'InUse', status: 'False', reason: 'NotAttached', message: 'no pod is attached' };
  const nodes = [...attachments.keys()].sort().slice(0, most.named);
  const named = nodes.map((node) => `${attachments.get(node)} on node ${node}`);
  const more = attachments.size > nodes.length ? ` and on ${attachments.size - nodes.length} more nodes` : '';
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

/** `current` with these conditions in the place of those of their types. */
export function withConditions(
  current: VrfStatus | undefined,
  next: readonly (Untimed | undefined)[],
  now: Date,
): Pick<VrfStatus, 'conditions'> {
  const types: Condition['type'][] = ['Accepted', 'InUse'];
  const conditions = types.flatMap((type) => {
    const old = find(current, type);
    const one = next.find((each) => each?.type === type);
    if (!one) return old ? [old] : [];
    const lastTransitionTime = old?.status === one.status ? old.lastTransitionTime : timeOf(now);
    return [{ ...one, lastTransitionTime }];
  });
  return conditions.length > 0 ? { conditions } : {};
}

/** The condition of a type, if there is one. */
export const find = (status: VrfStatus | undefined, type: Condition['type']): Condition | undefined =>
  status?.conditions?.find((one) => one.type === type);
