/** Rules of others that packets of an attachment meet before its own rules have decided. */
import { contains, parseAddress, parsePrefix } from '../../common/addresses.ts';
import { describeObject } from './describe.ts';
import type { Attachment } from './desired.ts';
import { sameRule } from './equal.ts';
import type { Family, KernelObject, Place, Rule } from './kernel-object.ts';
import { type PlaceState, type RuleState, selectsAll } from './observed.ts';
import { plainAddress } from './routes.ts';

/** One text for each. `desired` is what of the attachment and its VRF belongs into `place`. */
export function surplusRules(
  attachment: Attachment,
  desired: readonly KernelObject[],
  place: Place,
  { rules }: PlaceState,
): string[] {
  const own = desired.filter((object): object is Rule => object.object === 'rule');
  // A namespace that routes has no rule of ours: whatever is not the kernel's diverts.
  const found = place.startsWith('vrf/')
    ? rules.filter((rule) => !isOfKernel(rule))
    : ([4, 6] as const).flatMap((family) => before(family, own, rules).filter(concerns(attachment, desired, place)));
  return found.map((rule) => `${ruleWords(place, rule)} was not made by multivrf and comes before its rules`);
}

function before(family: Family, own: readonly Rule[], rules: readonly RuleState[]): RuleState[] {
  const all = rules.filter((rule) => rule.family === family);
  const last = all.findLastIndex((rule) => own.some((wanted) => sameRule(rule, wanted)));
  return all
    .slice(0, Math.max(last, 0))
    .filter((rule) => !own.some((wanted) => sameRule(rule, wanted)) && !isOfKernel(rule));
}

/** Its three for the tables local, main and default, wherever they stand (a plan moves `local`), and the one for all VRF devices. */
function isOfKernel(rule: RuleState): boolean {
  if (rule.action === 'l3mdev') return true;
  return rule.action === 'lookup' && selectsAll(rule) && (rule.table === 255 || rule.priority >= 32766);
}

/** Whether a rule can meet the attachment's packets: by its interfaces, and in the pod by their source. */
function concerns({ addresses }: Attachment, desired: readonly KernelObject[], place: Place) {
  const devices = new Set([...desired.flatMap((object) => ('dev' in object && object.dev ? [object.dev] : [])), 'lo']);
  return ({ family, iif, oif, from, narrowed }: RuleState): boolean => {
    if (iif !== undefined && !devices.has(iif)) return false;
    if (oif !== undefined && !devices.has(oif)) return false;
    if (place !== 'pod' || from === undefined || narrowed || (iif !== undefined && iif !== 'lo')) return true;
    // What is written like IPv4 in IPv6 is no address of a pod, and not to be parsed.
    if (from.startsWith('::ffff:')) return false;
    const prefix = parsePrefix(from);
    return addresses.some((address) => contains(prefix, family, parseAddress(plainAddress(address)).address));
  };
}

function ruleWords(place: Place, { action, narrowed: _, ...rule }: RuleState): string {
  return describeObject({ object: 'rule', in: place, action: action as Rule['action'], ...rule });
}
