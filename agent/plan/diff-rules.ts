/** The difference in policy rules, where the order is as good as the rules: of equal priority the kernel asks the oldest first. */
import { sameRule } from './equal.ts';
import type { KernelObject, LocalRule, Rule } from './kernel-object.ts';
import { localRuleOf, type PlaceState } from './observed.ts';
import type { Step } from './step.ts';

/** The rules that `before` adds at the priority of `object`: the kernel puts them behind all that are there. */
function added(before: readonly Step[], object: Rule | LocalRule): Rule[] {
  return before.flatMap((step) => {
    if (step.do !== 'add' || step.object.object !== 'rule') return [];
    const { in: place, family, priority } = step.object;
    return place === object.in && family === object.family && priority === object.priority ? [step.object] : [];
  });
}

const selectors = ['iif', 'oif', 'from', 'to'] as const;

/** Of rules for the same packets the first one counts: a `lookup` behind its `unreachable` is of no use. */
export function ruleSteps(
  object: Rule,
  desired: readonly KernelObject[],
  place: PlaceState,
  before: readonly Step[],
): Step[] {
  const add: Step = { do: 'add', object };
  const at = place.rules.findIndex((rule) => sameRule(rule, object));
  if (at < 0) return [add];
  const forSame = (rule: Rule) => selectors.every((key) => rule[key] === object[key]);
  const overtakes =
    added(before, object).some(forSame) ||
    predecessors(object, desired).some(
      (rule) => forSame(rule) && place.rules.findIndex((is) => sameRule(is, rule)) > at,
    );
  return overtakes ? [{ do: 'remove', object }, add] : [];
}

/** The rules that come before `object` at its priority in the desired state. */
function predecessors(object: Rule, desired: readonly KernelObject[]): Rule[] {
  return desired
    .slice(0, desired.indexOf(object))
    .filter(
      (rule): rule is Rule =>
        rule.object === 'rule' &&
        rule.in === object.in &&
        rule.family === object.family &&
        rule.priority === object.priority,
    );
}

/** Table `local` is looked up behind the rules of its priority and never in front of it. `before` as in diff.ts. */
export function localRuleStep(object: LocalRule, place: PlaceState, before: readonly Step[]): Step | undefined {
  const is = localRuleOf(place.rules, object.family);
  // Somebody else (Cilium, for one) may have moved it further back: that is behind ours as well.
  if (is && is.priority > object.priority) return undefined;
  if (is && is.priority === object.priority && is.last && added(before, object).length === 0) return undefined;
  return { do: 'move-local-rule', to: object, from: { ...object, ...(is ?? { priority: 0, last: true }) } };
}
