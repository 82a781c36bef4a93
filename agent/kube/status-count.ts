/** The status of a VRF after everything was counted: pure. */
import type { VrfStatus } from '../api/vrf-status.ts';
import { timeOf } from './attachments-conditions.ts';
import { listed, type NodeEntry } from './status.ts';
import { accepted, inUse, type Verdict, withConditions } from './status-conditions.ts';

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
  const others = [...attachments].filter(([node]) => !unready.some(({ name }) => name === node));
  const nodes = listed([
    ...unready.map((one) => ({ ...one, attachments: attachments.get(one.name) ?? 0 })),
    ...others.map(([name, count]) => readyEntry(current, name, count, now)),
  ]);
  const next = verdict && accepted(current, verdict);
  const holders = [...attachments].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...current,
    ...(next && verdict.generation !== undefined ? { observedGeneration: verdict.generation } : {}),
    ...withConditions(current, [next, inUse(holders, verdict?.isDeleted === true)], now),
    nodes,
    notReadyNodes: nodes.filter(({ ready }) => !ready).length,
    attachedNodes: attachments.size,
    attachments: holders.reduce((sum, [, count]) => sum + count, 0),
    ...(addresses ? { addresses } : {}),
  };
}

function readyEntry(current: VrfStatus | undefined, name: string, attachments: number, now: Date): NodeEntry {
  const old = current?.nodes?.find((one) => one.name === name && one.ready);
  return { name, ready: true, attachments, lastTransitionTime: old?.lastTransitionTime ?? timeOf(now) };
}
