/** The status of a VRF after everything was counted: pure. */
import { mostListedNodes, type VrfStatus } from '../api/vrf-status.ts';
import { timeOf } from './object.ts';
import { listed, type NodeEntry } from './vrf-status.ts';
import { accepted, inUse, type Verdict, withConditions } from './vrf-status-conditions.ts';

/** What was counted of one VRF in the whole cluster. */
export interface Count {
  /** Attachments by node. */
  attachments: ReadonlyMap<string, number>;
  /** Undefined where the VRF's pools are not known. */
  addresses: VrfStatus['addresses'] | undefined;
  /** Of the nodes that were listed, those that are no more. */
  gone: ReadonlySet<string>;
}

/** That is `current` in content when all is as it was counted before. */
export function countedStatus(
  current: VrfStatus | undefined,
  { attachments, addresses, gone }: Count,
  verdict: Verdict | undefined,
  now: Date,
): VrfStatus {
  const unready = (current?.nodes ?? []).filter(({ name, ready }) => !ready && !gone.has(name));
  const known = new Set(unready.map(({ name }) => name));
  // The rest would not be listed, and a VRF may be used on 5,000 nodes.
  const others = [...attachments.keys()]
    .filter((node) => !known.has(node))
    .sort()
    .slice(0, mostListedNodes);
  const nodes = listed([
    ...unready.map((one) => ({ ...one, attachments: attachments.get(one.name) ?? 0 })),
    ...others.map((name) => readyEntry(current, name, attachments.get(name) ?? 0, now)),
  ]);
  const next = verdict && accepted(current, verdict);
  return {
    ...current,
    ...(next && verdict.generation !== undefined ? { observedGeneration: verdict.generation } : {}),
    ...withConditions(current, [next, inUse(attachments, verdict?.isDeleted === true)], now),
    nodes,
    notReadyNodes: nodes.filter(({ ready }) => !ready).length,
    attachedNodes: attachments.size,
    attachments: [...attachments.values()].reduce((sum, count) => sum + count, 0),
    ...(addresses ? { addresses } : {}),
  };
}

function readyEntry(current: VrfStatus | undefined, name: string, attachments: number, now: Date): NodeEntry {
  const old = current?.nodes?.find((one) => one.name === name && one.ready);
  return { name, ready: true, attachments, lastTransitionTime: old?.lastTransitionTime ?? timeOf(now) };
}
