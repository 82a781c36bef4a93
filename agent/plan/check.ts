/**
 * CHECK: the plan that made an attachment against the observed state. Where a plan would have steps there is drift; what
 * others have added (check-surplus.ts) is drift as well where it diverts the attachment's traffic or opens it.
 */
import { type Drift, heals, type Site } from './check-drift.ts';
import { surplus } from './check-surplus.ts';
import { driftWords, linkWords } from './check-words.ts';
import { describeObject } from './describe.ts';
import type { Attachment } from './desired.ts';
import { stepsFor } from './diff.ts';
import type { KernelObject, Link } from './kernel-object.ts';
import { isOurs } from './names.ts';
import { localRuleOf, type Observed, type PlaceState } from './observed.ts';

/**
 * How the kernel differs from `desired`, which is all of `attachment` and its VRF; empty when it does not. `siblings` are
 * the other attachments to the VRF on this node, whose routes belong into its table too.
 */
export function kernelDrifts(
  attachment: Attachment,
  desired: readonly KernelObject[],
  observed: Observed,
  siblings: readonly Attachment[],
): Drift[] {
  const found = [...lacking(attachment, desired, observed), ...surplus(attachment, desired, observed, siblings)];
  return [...new Map(found.map((drift) => [drift.text, drift])).values()];
}

function lacking(attachment: Attachment, desired: readonly KernelObject[], observed: Observed): Drift[] {
  const drifts: Drift[] = [];
  /** Links that are missing or another's: what should live on them needs no words of its own. */
  const lost = new Set<string>();
  for (const object of desired) {
    const place = observed.get(object.in);
    if (!place && object.object !== 'namespace') continue;
    const dev = deviceOf(object);
    const name = `${object.in} ${dev}`;
    if (lost.has(name) || (object.object === 'sysctl' && !place?.sysctls.has(object.path))) continue;
    const wrong = dev === undefined || !place ? undefined : wrongLink(attachment, object, place, dev, observed);
    if (wrong) lost.add(name);
    const found = wrong ?? stepDrifts(attachment, object, desired, observed);
    drifts.push(...found.map((drift) => ({ ...drift, site: siteOf(object) })));
  }
  return drifts;
}

function siteOf(object: KernelObject): Site {
  const dev = deviceOf(object);
  return {
    object: object.object,
    in: object.in,
    ...(dev === undefined ? {} : { dev }),
    ...(object.object === 'filter' ? { direction: object.direction } : {}),
    ...(object.object === 'sysctl' ? { path: object.path } : {}),
  };
}

function deviceOf(object: KernelObject): string | undefined {
  if (object.object === 'link' || object.object === 'moved-link') return object.name;
  return 'dev' in object ? object.dev : undefined;
}

function stepDrifts(
  attachment: Attachment,
  object: KernelObject,
  desired: readonly KernelObject[],
  observed: Observed,
): Drift[] {
  const [step, ...more] = stepsFor(object, desired, observed);
  if (!step) return [];
  const at = observed.get(object.in);
  // The step would move it from where it is usually.
  if (object.object === 'local-rule' && at && !localRuleOf(at.rules, object.family)) {
    return [{ text: `${describeObject(object)} is missing`, heal: object.in === 'pod' ? heals.pod : heals.node }];
  }
  // A rule in the wrong place is taken away and added again: that is one difference.
  const steps = step.do === 'remove' ? [step] : [step, ...more];
  return steps.flatMap((one) => {
    const place = 'object' in one ? one.object.in : one.to.in;
    return driftWords(one, attachment).map((text) => ({ text, heal: place === 'pod' ? heals.pod : heals.node }));
  });
}

/** Undefined when the link that `object` is about, or lives on, is the one that was made. */
function wrongLink(
  attachment: Attachment,
  object: KernelObject,
  place: PlaceState,
  dev: string,
  observed: Observed,
): Drift[] | undefined {
  const words = linkWords(attachment, object.in, dev);
  const link = place.links.get(dev);
  const own = object.in === 'pod' || dev === attachment.hostEnd;
  const heal = own ? heals.pod : attachment.vrf.uplink?.interface === dev ? heals.uplink : heals.node;
  if (!link) return [{ text: `${words} is missing`, heal }];
  if (object.in === 'pod' && dev === attachment.interface) return strangePodEnd(attachment, place, observed);
  if (object.object !== 'link') return undefined;
  if (!isOurs(link.alias))
    return [{ text: `${words} lacks the mark of multivrf: it was made anew or is another's`, heal }];
  const kind = kindWords(object);
  const is = kindWords(link);
  return kind === is ? undefined : [{ text: `${words} is a ${is} instead of a ${kind}`, heal }];
}

function kindWords(link: Pick<Link, 'kind'> | { kind: string | undefined; table?: number; vlanId?: number }): string {
  const table = 'table' in link && link.table !== undefined ? ` with table ${link.table}` : '';
  const tag = 'id' in link ? link.id : 'vlanId' in link ? link.vlanId : undefined;
  return `${link.kind ?? 'physical interface'}${table}${tag === undefined ? '' : ` with VLAN ${tag}`}`;
}

/** An interface of the pod end's name that is not the other end of the host end. */
function strangePodEnd(
  { hostEnd, interface: dev }: Attachment,
  pod: PlaceState,
  observed: Observed,
): Drift[] | undefined {
  const link = pod.links.get(dev);
  const host = [...observed]
    .find(([place]) => place !== 'pod' && observed.get(place)?.links.has(hostEnd))?.[1]
    .links.get(hostEnd);
  if (link?.kind !== 'veth') {
    return [{ text: `interface ${dev} in the pod is a ${kindWords(link!)} instead of the pod end`, heal: heals.pod }];
  }
  if (!host || link.peer === host.index) return undefined;
  return [{ text: `interface ${dev} in the pod is not the other end of host end ${hostEnd}`, heal: heals.pod }];
}
