/** What filters have dropped, as the clsact they hang on counts it (linux/gen_stats.h, struct gnet_stats_queue). */
import { NLM_F, RTM, TC_H_CLSACT_HANDLE, TCA, TCA_STATS_QUEUE } from '../constants.ts';
import { type Message, parseAttributes } from '../message.ts';
import { tcmsg } from './filter.ts';

/** All queueing disciplines of the namespace: the kernel does not select by interface. */
export function dumpQdiscs(): Message {
  return { type: RTM.GETQDISC, flags: NLM_F.DUMP, header: tcmsg(0, 0, 0, 0), attributes: [] };
}

export interface ClsactDrops {
  /** Of the interface. */
  index: number;
  /**
   * Packets dropped by filters of both directions together since the clsact was made: cls_bpf counts nothing itself, and
   * the kernel gives both directions of a clsact the same counter (net/sched/sch_ingress.c).
   */
  drops: number;
}

/** Decodes the body of an RTM_NEWQDISC message; undefined for anything but a clsact. */
export function decodeClsactDrops(body: Buffer): ClsactDrops | undefined {
  const attributes = parseAttributes(body, 20);
  if (body.readUInt32LE(8) !== TC_H_CLSACT_HANDLE || attributes.text(TCA.KIND) !== 'clsact') return undefined;
  const queue = attributes.nested(TCA.STATS2)?.get(TCA_STATS_QUEUE);
  // u32 qlen, backlog, drops, requeues, overlimits.
  return { index: body.readInt32LE(4), drops: queue?.readUInt32LE(8) ?? 0 };
}
