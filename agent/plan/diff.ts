/**
 * The one comparison that everything goes through: ADD applies its steps, CHECK wants none, the reconciler
 * repairs by them. Throws a {@link CniError} where something that multivrf did not make is in the way.
 */
import { CniCode, CniError } from '../../common/errors.ts';
import { describeObject } from './describe.ts';
import { localRuleStep, ruleSteps } from './diff-rules.ts';
import { hasRoute, sameProgram, settingsToChange } from './equal.ts';
import type {
  Divert,
  Filter,
  KernelObject,
  Link,
  LinkSettings,
  MovedLink,
  Place,
  Rule,
  Sysctl,
} from './kernel-object.ts';
import { isOurs } from './names.ts';
import { emptyPlace, type LinkState, type Observed, type PlaceState } from './observed.ts';
import type { Step } from './step.ts';

/** The steps from what is observed to what is desired, in the order of `desired`. */
export function diff(desired: readonly KernelObject[], observed: Observed): Step[] {
  const steps: Step[] = [];
  for (const object of desired) {
    steps.push(...stepsFor(object, desired, observed, steps));
  }
  return steps;
}

/** A place that nobody looked at, or that does not exist yet. */
const unseen = emptyPlace();

/** The steps for one object of `desired`, when the steps of `before` have been decided upon already. */
export function stepsFor(
  object: KernelObject,
  desired: readonly KernelObject[],
  observed: Observed,
  before: readonly Step[] = [],
): Step[] {
  const place = observed.get(object.in) ?? unseen;
  if (object.object === 'rule') return ruleSteps(object, desired, place, before);
  if (object.object === 'link') return linkSteps(object, place, observed.get(peerPlace(object)));
  const step = stepFor(object, place, observed, before);
  return step ? [step] : [];
}

type Single = Exclude<KernelObject, Rule | Link>;

function stepFor(object: Single, place: PlaceState, observed: Observed, before: readonly Step[]): Step | undefined {
  switch (object.object) {
    case 'namespace': {
      const exists = observed.get(object.in);
      if (!exists) return { do: 'make', object };
      if (!isOurs(exists.links.get('lo')?.alias)) throw foreign(describeObject(object));
      return undefined;
    }
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
      return hasRoute(place.routes, object) ? undefined : { do: 'add', object };
  }
}

function foreign(what: string): CniError {
  return new CniError(
    CniCode.kernel,
    `${what} exists already and was not made by multivrf`,
    'multivrf changes nothing that lacks its mark: remove or rename it, or give the VRF another name',
  );
}

function peerPlace(link: Link): Place {
  return link.kind === 'veth' ? link.peer.in : link.in;
}

function linkSteps(object: Link, place: PlaceState, peers: PlaceState | undefined): Step[] {
  const link = place.links.get(object.name);
  if (!link) return [{ do: 'add', object }];
  if (!isOurs(link.alias)) throw foreign(`interface ${object.name}${object.in === 'pod' ? ' in the pod' : ''}`);
  const same =
    link.kind === object.kind &&
    (object.kind !== 'vrf' || link.table === object.table) &&
    (object.kind !== 'vlan' || link.vlanId === object.id);
  if (same) return object.kind === 'veth' ? vethSteps(object, link, peers?.links.get(object.peer.name)) : [];
  const is = `${link.kind}${link.table === undefined ? '' : ` with table ${link.table}`}`;
  throw new CniError(
    CniCode.kernel,
    `interface ${object.name} is a ${is}, but the VRF now wants a ${object.kind}${object.kind === 'vrf' ? ` with table ${object.table}` : ''}`,
    'mode, backend and table of a VRF take effect when no pod is attached to it: remove its pods first',
  );
}

/** What was said when the pair was made and somebody has changed since. `peer` is absent where nobody looked. */
function vethSteps(object: Extract<Link, { kind: 'veth' }>, link: LinkState, peer: LinkState | undefined): Step[] {
  const { in: place, name: dev, master, mtu } = object;
  const { in: peerIn, name: peerDev, ...made } = object.peer;
  const changes = [
    settingsToChange({ object: 'link-settings', in: place, dev, master, mtu }, link),
    peer && settingsToChange({ object: 'link-settings', in: peerIn, dev: peerDev, ...made }, peer),
  ];
  return changes.flatMap((changed): Step[] => (changed ? [{ do: 'change', ...changed }] : []));
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

function filterStep(object: Filter, place: PlaceState): Step | undefined {
  const is = place.filters.get(`${object.dev} ${object.direction}`);
  if (!is || is.ours === 'none') return { do: 'add', object };
  // Nothing can be diverted to what is not there, and whatever needs it says so.
  const divert = object.divert && place.links.has(object.divert.to) ? object.divert : undefined;
  if (is.ours === 'whole' && sameProgram(is.allow, object.allow) && sameDivert(is.divert, divert)) return undefined;
  const { allow: _, divert: __, ...bare } = object;
  const from = { ...bare, ...(is.allow ? { allow: is.allow } : {}), ...(is.divert ? { divert: is.divert } : {}) };
  return { do: 'replace', to: object, from };
}

function sameDivert(is: Divert | undefined, wanted: Divert | undefined): boolean {
  return is?.to === wanted?.to && sameProgram(is?.match, wanted?.match);
}

function sysctlStep(object: Sysctl, place: PlaceState): Step | undefined {
  const value = place.sysctls.get(object.path);
  if (value === object.value) return undefined;
  return { do: 'write', to: object, ...(value === undefined ? {} : { from: { ...object, value } }) };
}
