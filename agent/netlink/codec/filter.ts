/** Classic BPF filters on clsact (linux/pkt_cls.h, linux/pkt_sched.h; man 8 tc-bpf). */
import type { Filter, Program } from '../../plan/kernel-object.ts';
import {
  ETH_P_ALL,
  NLM_F,
  RTM,
  TC_ACT_STOLEN,
  TC_H_CLSACT,
  TC_H_CLSACT_HANDLE,
  TC_H_MIN_EGRESS,
  TC_H_MIN_INGRESS,
  TCA,
  TCA_ACT,
  TCA_BPF,
  TCA_BPF_FLAG_ACT_DIRECT,
  TCA_EGRESS_REDIR,
  TCA_MIRRED_PARMS,
} from '../constants.ts';
import { type Attribute, type Attributes, type Message, parseAttributes, u16 } from '../message.ts';

/** The preferences of our filters; lower ones are asked first. */
export const divertPreference = 48999;
export const allowPreference = 49000;
export const dropPreference = 49001;

/** TC_ACT_SHOT whatever the packet. An out-of-bounds load cannot make this one pass. */
export const dropAll: Program = Uint8Array.of(0x06, 0, 0, 0, 2, 0, 0, 0);

/**
 * tcmsg: u8 family, three of padding, i32 index, u32 handle, parent, info. All with a sign: an array of integers beyond 31
 * bits is one of floating-point numbers to V8, and where others are written it turns each into that first.
 */
export function tcmsg(index: number, handle: number, parent: number, info: number): number[] {
  return [0, index, handle | 0, parent | 0, info | 0];
}

/** The queueing discipline that only holds filters. Without options an existing clsact is left as it is. */
export function ensureClsact(index: number): Message {
  return {
    type: RTM.NEWQDISC,
    flags: NLM_F.CREATE | NLM_F.REPLACE,
    header: tcmsg(index, TC_H_CLSACT_HANDLE, TC_H_CLSACT, 0),
    attributes: [[TCA.KIND, 'clsact']],
  };
}

/** Takes the filters of both directions along. */
export function deleteClsact(index: number): Message {
  return {
    type: RTM.DELQDISC,
    flags: 0,
    header: tcmsg(index, TC_H_CLSACT_HANDLE, TC_H_CLSACT, 0),
    attributes: [[TCA.KIND, 'clsact']],
  };
}

const parentOf = (direction: Filter['direction']) => (direction === 'ingress' ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS);
// The protocol half is big endian.
const infoOf = (preference: number) => ((preference << 16) | (ETH_P_ALL << 8)) >>> 0;

/** What becomes of a packet that matches: it passes, or what else is said. */
type Then = { pass: true } | { direct: true } | { redirectTo: number };

function bpf(index: number, direction: Filter['direction'], preference: number, program: Program, then: Then): Message {
  const options: Attribute[] = [
    [TCA_BPF.OPS_LEN, u16(program.length / 8)],
    [TCA_BPF.OPS, program],
  ];
  if ('direct' in then) options.push([TCA_BPF.FLAGS, TCA_BPF_FLAG_ACT_DIRECT]);
  if ('redirectTo' in then) options.push([TCA_BPF.ACT, [[1, redirect(then.redirectTo)]]]);
  return {
    type: RTM.NEWTFILTER,
    flags: NLM_F.CREATE,
    header: tcmsg(index, 1, parentOf(direction), infoOf(preference)),
    attributes: [
      [TCA.KIND, 'bpf'],
      [TCA.OPTIONS, options],
    ],
  };
}

/** struct tc_mirred (linux/tc_act/tc_mirred.h): index, capabilities, verdict, two counts of references, direction, i32 interface. */
function redirect(to: number): Attribute[] {
  const parameters = new Uint8Array(Int32Array.of(0, 0, TC_ACT_STOLEN, 0, 0, TCA_EGRESS_REDIR, to).buffer);
  return [
    [TCA_ACT.KIND, 'mirred'],
    [TCA_ACT.OPTIONS, [[TCA_MIRRED_PARMS, parameters]]],
  ];
}

/**
 * Puts the filters in place, each atomically: what `allow` does not match is dropped. The allow filter is
 * not direct-action, for there an out-of-bounds load (result 0) would mean "pass". `to` is the index of `divert.to`;
 * without it nothing is diverted.
 */
export function setFilter(index: number, { direction, allow, divert }: Filter, to?: number): Message[] {
  const drop = bpf(index, direction, dropPreference, dropAll, { direct: true });
  const pass = allow ? [bpf(index, direction, allowPreference, allow, { pass: true })] : [];
  const away =
    divert && to !== undefined ? [bpf(index, direction, divertPreference, divert.match, { redirectTo: to })] : [];
  return [ensureClsact(index), ...away, ...pass, drop];
}

/** Takes away what diverts from an interface that has it. */
export function deleteDivert(index: number, { direction }: Filter): Message {
  return deleteOne(index, direction, divertPreference);
}

function deleteOne(index: number, direction: Filter['direction'], preference: number): Message {
  return {
    type: RTM.DELTFILTER,
    flags: 0,
    header: tcmsg(index, 1, parentOf(direction), infoOf(preference)),
    attributes: [[TCA.KIND, 'bpf']],
  };
}

/** Takes one filter, what passes and the drop behind it, from an interface that has it: clsact stays, and what diverts. */
export function deleteFilter(index: number, { direction, allow }: Filter): Message[] {
  const drop = deleteOne(index, direction, dropPreference);
  return allow ? [deleteOne(index, direction, allowPreference), drop] : [drop];
}

/** All filters of one direction of an interface, whoever made them. */
export function dumpFilters(index: number, direction: Filter['direction']): Message {
  return { type: RTM.GETTFILTER, flags: NLM_F.DUMP, header: tcmsg(index, 0, parentOf(direction), 0), attributes: [] };
}

/** A filter as the kernel tells of it. */
export interface ObservedFilter {
  /** Of its interface. */
  index: number;
  /** Filters are asked in its order, the lowest first. */
  preference: number;
  kind: string;
  direct: boolean;
  /** Empty for a filter of another make. */
  program: Program;
  /** Index of the interface to which it redirects what matches; 0 when that is gone. */
  redirectTo?: number;
}

/** The preference in an RTM_NEWTFILTER message, whatever the filter. */
export function decodePreference(body: Buffer): number {
  return body.readUInt32LE(16) >>> 16;
}

/** Decodes the body of an RTM_NEWTFILTER message; undefined for the line that announces a preference. */
export function decodeFilter(body: Buffer): ObservedFilter | undefined {
  const attributes = parseAttributes(body, 20);
  const kind = attributes.text(TCA.KIND);
  const options = attributes.nested(TCA.OPTIONS);
  if (kind === undefined || !options) return undefined;
  return {
    index: body.readInt32LE(4),
    preference: decodePreference(body),
    kind,
    direct: ((options.number(TCA_BPF.FLAGS) ?? 0) & TCA_BPF_FLAG_ACT_DIRECT) !== 0,
    program: new Uint8Array(options.get(TCA_BPF.OPS) ?? []),
    ...(kind === 'bpf' ? redirectOf(options.nested(TCA_BPF.ACT)?.nested(1)) : {}),
  };
}

function redirectOf(action: Attributes | undefined): { redirectTo?: number } {
  if (action?.text(TCA_ACT.KIND) !== 'mirred') return {};
  const parameters = action.nested(TCA_ACT.OPTIONS)?.get(TCA_MIRRED_PARMS);
  const [, , verdict, , , direction, to] = parameters ? new Int32Array(new Uint8Array(parameters).buffer) : [];
  return verdict === TC_ACT_STOLEN && direction === TCA_EGRESS_REDIR ? { redirectTo: to! } : {};
}
