/** Differences between desired and observed state in the words of who reads a pod's events. */
import { describeObject } from './describe.ts';
import type { Attachment } from './desired.ts';
import type { LinkSettings, Place } from './kernel-object.ts';
import { type Step, subject } from './step.ts';

/** `pod end net1`, `host end mv0123456789ab on the node`, `bridge customer-a in namespace customer-a`. */
export function linkWords({ vrf, hostEnd, interface: podEnd }: Attachment, place: Place, dev: string): string {
  if (place === 'pod') return dev === podEnd ? `pod end ${dev}` : `VRF device ${dev} in the pod`;
  const where = place === 'node' ? 'on the node' : `in namespace ${place.slice('vrf/'.length)}`;
  if (dev === hostEnd) return `host end ${dev} ${where}`;
  if (dev === vrf.name) return `${vrf.mode === 'bridge' ? 'bridge' : 'VRF device'} ${dev} ${where}`;
  return dev === 'lo' ? `loopback ${where}` : `uplink ${dev} ${where}`;
}

/** What a step of a plan says about the state it was made for: one text for each difference. */
export function driftWords(step: Step, attachment: Attachment): string[] {
  const object = subject(step);
  const link = 'dev' in object && object.dev !== undefined ? linkWords(attachment, object.in, object.dev) : '';
  switch (step.do) {
    case 'add':
      if (object.object === 'address')
        return [`address ${object.address}${link.startsWith('pod end') ? '' : ` of ${link}`} is missing`];
      if (object.object === 'filter') return [`the ${object.direction} filter of ${link} is missing`];
      return [`${describeObject(object)} is missing`];
    case 'remove':
      return [`${describeObject(object)} stands in front of a rule for the same packets that it must follow`];
    case 'replace':
      return [`the ${step.to.direction} filter of ${link} is not the one that multivrf made`];
    case 'change':
      return settingsWords(link, step.to, step.from);
    case 'move-local-rule':
      return [localRuleWords(step)];
    case 'make':
      return [`namespace ${step.object.name} is missing`];
    case 'write':
      return [`${describeObject(step.to)} is wanted, but it is ${step.from?.value ?? 'something else'}`];
    case 'unmake':
      return [`namespace ${step.object.name} is not wanted`];
  }
}

function localRuleWords({ to, from }: Extract<Step, { do: 'move-local-rule' }>): string {
  const is = `the IPv${to.family} rule for table local ${to.in === 'pod' ? 'in the pod' : 'on the node'}`;
  if (from.priority !== to.priority) return `${is} is at priority ${from.priority} instead of ${to.priority}`;
  return `${is} stands in front of rules that it must follow`;
}

function settingsWords(
  link: string,
  { object: _, in: __, dev: ___, ...to }: LinkSettings,
  from: LinkSettings,
): string[] {
  return Object.entries(to).flatMap(([key, wanted]): string[] => {
    const is = from[key as keyof LinkSettings];
    if (typeof wanted === 'object') return groupWords(link, key, wanted, is);
    if (key === 'up') return [`${link} is ${wanted ? 'down' : 'up'}`];
    if (key === 'master') return [`${link} is in ${is ? is : 'no bridge or VRF'} instead of ${wanted}`];
    return [`${link} has ${key} ${is ?? 'none'} instead of ${wanted}`];
  });
}

function groupWords(link: string, group: string, wanted: object, is: unknown): string[] {
  const values = (is ?? {}) as Record<string, unknown>;
  return Object.entries(wanted)
    .filter(([key, value]) => values[key] !== value)
    .map(([key, value]) => `${link} has ${group} ${key} ${values[key] ?? 'none'} instead of ${value}`);
}
