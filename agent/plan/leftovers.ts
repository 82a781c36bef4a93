/**
 * What an attachment leaves in a pod that outlives it (Multus, podman; a plugin that repeats an ADD): policy rules go
 * with no interface, and a new attachment's rules would come behind them.
 */
import { lastResortMetric } from './desired.ts';
import { sameRule } from './equal.ts';
import type { KernelObject, Rule } from './kernel-object.ts';
import type { RouteState, RuleState } from './observed.ts';
import type { Step } from './step.ts';

/** Our rules in a pod that none of the attachments it still has, of which `wanted` is the pod's side, needs. */
export function leftoverRules(rules: readonly RuleState[], wanted: readonly KernelObject[]): RuleState[] {
  const needed = wanted.filter((object): object is Rule => object.object === 'rule');
  return rules.filter((rule) => rule.ours && !needed.some((own) => sameRule(rule, own)));
}

/** The tables that are the rules' own: one for a destination (`accept: any`) looks up that of a VRF device, which may stand. */
export function tablesOf(rules: readonly RuleState[]): Set<number> {
  return new Set(rules.flatMap(({ table, to }) => (table === undefined || to !== undefined ? [] : [table])));
}

/** Takes the rules away, and the unreachable defaults of their tables; all other routes have gone with the interface. */
export function removeLeftovers(rules: readonly RuleState[], routes: readonly RouteState[]): Step[] {
  const tables = tablesOf(rules);
  return [
    ...rules.flatMap(({ action, ours: _, narrowed: __, ...rule }): Step[] =>
      action === 'other' ? [] : [{ do: 'remove', object: { object: 'rule', in: 'pod', action, ...rule } }],
    ),
    ...routes.flatMap(({ type, maker: _, ...route }): Step[] =>
      type === 'unreachable' && route.metric === lastResortMetric && tables.has(route.table)
        ? [{ do: 'remove', object: { object: 'route', in: 'pod', type, ...route } }]
        : [],
    ),
  ];
}
