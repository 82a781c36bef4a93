/**
 * The one comparison that everything goes through: ADD applies its steps, CHECK wants none, the reconciler
 * repairs by them. Throws a {@link CniError} where something that multivrf did not make is in the way.
 */
import { CniCode, CniError } from '../../common/errors.ts';
import { describeObject } from './describe.ts';
import { sameFilter, sameRoute, sameRule, settingsToChange } from './equal.ts';
import type { Filter, KernelObject, Link, LinkSettings, LocalRule, MovedLink, Rule, Sysctl } from './kernel-object.ts';
import { isOurs } from './names.ts';
import { emptyPlace, type LinkState, localRuleOf, type Observed, type PlaceState } from './observed.ts';
import type { Step } from './step.ts';

/** The steps from what is observed to what is desired, in the order of `desired`. */
export function diff(desired: readonly KernelObject[], observed: Observed): Step[] {
  const steps: Step[] = [];
  for (const object of desired) {
    steps.push(...stepsFor(object, observed, steps));
  }
  return steps;
}

function stepsFor(object: KernelObject, observed: Observed, before: readonly Step[]): Step[] {
  if (object.object === 'rule') return ruleSteps(object, observed.get(object.in) ?? emptyPlace(), before);
  const step = stepFor(object, observed, before);
  return step ? [step] : [];
}

function stepFor(object: Exclude<KernelObject, Rule>, observed: Observed, before: readonly Step[]): Step | undefined {
  const place = observed.get(object.in) ?? emptyPlace();
  switch (object.object) {
    case 'namespace': {
      const exists = observed.get(object.in);
      if (!exists) return { do: 'make', object };
      if (!isOurs(exists.links.get('lo')?.alias)) throw foreign(describeObject(object));
      return undefined;
    }
    case 'link':
      return linkStep(object, place);
    case 'moved-link':
      return movedLinkStep(object, observed);
    case 'link-settings':
      return settingsStep(object, place);
    case 'local-rule':
      return localRuleStep(object, place, before);
    case 'filter':
      return filterStep(object, place);
    case 'sysctl':
      return sysctlStep(object, place);
    case 'address':
      return place.addresses.get(object.dev)?.has(object.address) ? undefined : { do: 'add', object };
    case 'fdb':
      return place.fdb.get(object.dev)?.has(object.mac) ? undefined : { do: 'add', object };
    case 'route':
      return place.routes.some((route) => sameRoute(route, object)) ? undefined : { do: 'add', object };
  }
}

function foreign(what: string): CniError {
  return new CniError(
    CniCode.kernel,
    `${what} exists already and was not made by multivrf`,
    'multivrf changes nothing that lacks its mark: remove or rename it, or give the VRF another name',
  );
}

function linkStep(object: Link, place: PlaceState): Step | undefined {
  const link = place.links.get(object.name);
  if (!link) return { do: 'add', object };
  if (!isOurs(link.alias)) throw foreign(`interface ${object.name}${object.in === 'pod' ? ' in the pod' : ''}`);
  const same =
    link.kind === object.kind &&
    (object.kind !== 'vrf' || link.table === object.table) &&
    (object.kind !== 'vlan' || link.vlanId === object.id);
  if (same) return object.kind === 'veth' ? masterStep(object, link) : undefined;
  const is = `${link.kind}${link.table === undefined ? '' : ` with table ${link.table}`}`;
  throw new CniError(
    CniCode.kernel,
    `interface ${object.name} is a ${is}, but the VRF now wants a ${object.kind}${object.kind === 'vrf' ? ` with table ${object.table}` : ''}`,
    'mode, backend and table of a VRF take effect when no pod is attached to it: remove its pods first',
  );
}

/** Somebody took the host end out of its bridge or VRF. */
function masterStep(
  { in: place, name: dev, master }: Extract<Link, { kind: 'veth' }>,
  link: LinkState,
): Step | undefined {
  if (master === undefined || master === link.master) return undefined;
  const head = { object: 'link-settings', in: place, dev } as const;
  return { do: 'change', to: { ...head, master }, from: { ...head, master: link.master } };
}

function movedLinkStep(object: MovedLink, observed: Observed): Step | undefined {
  if (observed.get(object.in)?.links.has(object.name)) return undefined;
  const link = observed.get(object.from)?.links.get(object.name);
  if (!link) throw missingUplink(object.name);
  return { do: 'add', object: { ...object, wasUp: link.up } };
}

/** The interface an operator named as uplink is not there. */
export function missingUplink(name: string): CniError {
  return new CniError(
    CniCode.kernel,
    `uplink ${name} does not exist on this node`,
    "name an existing interface in the VRF's spec.uplinks, or restrict that uplink by its nodeSelector",
  );
}

function settingsStep(object: LinkSettings, place: PlaceState): Step | undefined {
  const link = place.links.get(object.dev);
  if (!link) {
    // It is made earlier in the same plan; nothing is to be restored then.
    return { do: 'change', to: object, from: { object: 'link-settings', in: object.in, dev: object.dev } };
  }
  const changed = settingsToChange(object, link);
  return changed && { do: 'change', ...changed };
}

/** The rules that `before` adds at the priority of `object`: the kernel puts them behind all that are there. */
function added(before: readonly Step[], object: Rule | LocalRule): Rule[] {
  return before.flatMap((step) => {
    if (step.do !== 'add' || step.object.object !== 'rule') return [];
    const { in: place, family, priority } = step.object;
    return place === object.in && family === object.family && priority === object.priority ? [step.object] : [];
  });
}

const selectors = ['iif', 'oif', 'from', 'to'] as const;

/** A rule stays behind those for the same packets that come before it in the desired state: a `lookup` behind its `unreachable` is of no use. */
function ruleSteps(object: Rule, place: PlaceState, before: readonly Step[]): Step[] {
  const add: Step = { do: 'add', object };
  if (!place.rules.some((rule) => sameRule(rule, object))) return [add];
  const overtakes = added(before, object).some((rule) => selectors.every((key) => rule[key] === object[key]));
  return overtakes ? [{ do: 'remove', object }, add] : [];
}

function localRuleStep(object: LocalRule, place: PlaceState, before: readonly Step[]): Step | undefined {
  const is = localRuleOf(place.rules, object.family);
  // Somebody else (Cilium, for one) may have moved it further back: that is behind ours as well.
  if (is && is.priority > object.priority) return undefined;
  if (is && is.priority === object.priority && is.last && added(before, object).length === 0) return undefined;
  return { do: 'move-local-rule', to: object, from: { ...object, ...(is ?? { priority: 0, last: true }) } };
}

function filterStep(object: Filter, place: PlaceState): Step | undefined {
  const is = place.filters.get(`${object.dev} ${object.direction}`);
  if (!is || is.ours === 'none') return { do: 'add', object };
  if (is.ours === 'whole' && sameFilter(is.allow, object.allow)) return undefined;
  const { allow: _, ...bare } = object;
  return { do: 'replace', to: object, from: is.allow ? { ...bare, allow: is.allow } : bare };
}

function sysctlStep(object: Sysctl, place: PlaceState): Step | undefined {
  const value = place.sysctls.get(object.path);
  if (value === object.value) return undefined;
  return { do: 'write', to: object, ...(value === undefined ? {} : { from: { ...object, value } }) };
}
