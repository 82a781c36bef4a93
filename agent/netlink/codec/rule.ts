/** Policy rules (linux/fib_rules.h). */
import { fromBytes, toPrefixBytes } from '../../../common/addresses.ts';
import type { Family, LocalRule, Rule } from '../../plan/kernel-object.ts';
import { AF, FIB_RULE_INVERT, FR_ACT, FRA, NLM_F, RT_TABLE, RTM, RTPROT } from '../constants.ts';
import { type Attribute, type Message, parseAttributes, u8, uint32, word } from '../message.ts';

/** fib_rule_hdr: u8 family, dst length, src length, tos, table (here always in FRA_TABLE), two reserved, u8 action, u32 flags. */
function ruleHeader(family: Family, dst: number, src: number, action: number): number[] {
  return [word(family === 4 ? AF.INET : AF.INET6, dst, src), word(0, 0, 0, action), 0];
}

const actions = {
  lookup: FR_ACT.LOOKUP,
  l3mdev: FR_ACT.LOOKUP,
  unreachable: FR_ACT.UNREACHABLE,
  blackhole: FR_ACT.BLACKHOLE,
} as const;

function message(type: number, flags: number, rule: Rule): Message {
  const to = rule.to === undefined ? undefined : toPrefixBytes(rule.to);
  const from = rule.from === undefined ? undefined : toPrefixBytes(rule.from);
  const attributes: Attribute[] = [
    [FRA.PRIORITY, rule.priority],
    // On the node systemd-networkd removes foreign rules of any other protocol.
    [FRA.PROTOCOL, u8(rule.in === 'pod' ? RTPROT.MULTIVRF : RTPROT.KERNEL)],
  ];
  if (to) attributes.push([FRA.DST, to.bytes]);
  if (from) attributes.push([FRA.SRC, from.bytes]);
  if (rule.iif !== undefined) attributes.push([FRA.IIFNAME, rule.iif]);
  if (rule.oif !== undefined) attributes.push([FRA.OIFNAME, rule.oif]);
  if (rule.table !== undefined) attributes.push([FRA.TABLE, rule.table]);
  if (rule.action === 'l3mdev') attributes.push([FRA.L3MDEV, u8(1)]);
  const header = ruleHeader(rule.family, to?.length ?? 0, from?.length ?? 0, actions[rule.action]);
  return { type, flags, header, attributes };
}

export function addRule(rule: Rule): Message {
  return message(RTM.NEWRULE, NLM_F.CREATE | NLM_F.EXCL, rule);
}

export function deleteRule(rule: Rule): Message {
  return message(RTM.DELRULE, 0, rule);
}

/**
 * Moves the look-up of table `local` behind everything of the new priority: the kernel puts a rule behind
 * those of equal priority, and deletes the first that fits. Never is there none; a delete before the add
 * lost a quarter of the packets.
 */
export function moveLocalRule({ family, priority }: Pick<LocalRule, 'family' | 'priority'>, from: number): Message[] {
  const local = (at: number): Rule => ({
    object: 'rule',
    in: 'node',
    family,
    priority: at,
    action: 'lookup',
    table: RT_TABLE.LOCAL,
  });
  return [{ ...addRule(local(priority)), flags: NLM_F.CREATE }, deleteRule(local(from))];
}

export function dumpRules(family: Family): Message {
  return { type: RTM.GETRULE, flags: NLM_F.DUMP, header: ruleHeader(family, 0, 0, 0), attributes: [] };
}

export interface ObservedRule extends Omit<Rule, 'object' | 'in' | 'action'> {
  action: Rule['action'] | 'other';
  /** Set when it selects by what a {@link Rule} cannot say (a mark, ports, "not", …): it is somebody else's. */
  narrowed?: true;
  /** Made by us in a pod. */
  ours?: true;
}

const otherSelectors: ReadonlySet<number> = new Set([
  FRA.FWMARK,
  FRA.TUN_ID,
  FRA.UID_RANGE,
  FRA.IP_PROTO,
  FRA.SPORT_RANGE,
  FRA.DPORT_RANGE,
  FRA.DSCP,
  FRA.FLOWLABEL,
]);

function actionOf(number: number, l3mdev: boolean): ObservedRule['action'] {
  if (number === FR_ACT.LOOKUP) return l3mdev ? 'l3mdev' : 'lookup';
  if (number === FR_ACT.UNREACHABLE) return 'unreachable';
  return number === FR_ACT.BLACKHOLE ? 'blackhole' : 'other';
}

/** Decodes the body of an RTM_NEWRULE message. */
export function decodeRule(body: Buffer): ObservedRule {
  const attributes = parseAttributes(body, 12);
  const prefix = (type: number, length: number) => {
    const bytes = attributes.get(type);
    return bytes && `${fromBytes(bytes)}/${length}`;
  };
  const action = actionOf(body[7]!, attributes.byte(FRA.L3MDEV) === 1);
  const inverted = (uint32(body, 8) & FIB_RULE_INVERT) !== 0;
  const narrowed = body[3] !== 0 || inverted || attributes.types.some((type) => otherSelectors.has(type));
  const table = attributes.number(FRA.TABLE) ?? body[4]!;
  return {
    family: body[0] === AF.INET ? 4 : 6,
    priority: attributes.number(FRA.PRIORITY) ?? 0,
    action,
    table: action === 'lookup' ? table : undefined,
    iif: attributes.text(FRA.IIFNAME),
    oif: attributes.text(FRA.OIFNAME),
    to: prefix(FRA.DST, body[1]!),
    from: prefix(FRA.SRC, body[2]!),
    ...(narrowed ? { narrowed } : {}),
    ...(attributes.byte(FRA.PROTOCOL) === RTPROT.MULTIVRF ? { ours: true } : {}),
  };
}
