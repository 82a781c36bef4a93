/** Two attachments in force, for tests to change something of and ask CHECK. */
import { kernelDrifts } from './check.ts';
import type { Attachment } from './desired.ts';
import { diff } from './diff.ts';
import { applied, changed } from './kernel-model.testing.ts';
import type { Place } from './kernel-object.ts';
import type { PlaceState } from './observed.ts';
import { everything, scenarios, untouched } from './scenarios.testing.ts';

export const bridge = scenarios['bridge, namespace, VLAN']!;
export const routed = scenarios['routed, device']!;

/** What CHECK says of `one` when something was done to a place of it. */
export function texts(
  one: Attachment,
  place: Place,
  change: (state: PlaceState) => void,
  siblings: readonly Attachment[] = [one],
): string[] {
  const desired = everything([one]);
  const kernel = applied(untouched(), diff(desired, untouched()));
  return kernelDrifts(one, desired, changed(kernel, place, change), siblings).map(({ text }) => text);
}
