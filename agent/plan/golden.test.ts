/**
 * The plans of golden/*.txt, line by line. They are read by people: after a change that is meant,
 * regenerate them with MULTIVRF_UPDATE_GOLDEN=1 and read the difference.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeStep } from './describe.ts';
import type { Attachment } from './desired.ts';
import { diff } from './diff.ts';
import { hostEnd } from './host-end.ts';
import { applied } from './kernel-model.testing.ts';
import type { KernelObject } from './kernel-object.ts';
import { nodeVrf } from './node-vrf.ts';
import { podSide } from './pod.ts';
import { attachment, scenarios, untouched, vrf } from './scenarios.testing.ts';

const update = process.env.MULTIVRF_UPDATE_GOLDEN === '1' && !process.env.CI;

/** The parts of a plan, each with what it begins upon: a node and a pod on which nothing was done before. */
function plan(parts: Record<string, readonly KernelObject[]>): string {
  let kernel = untouched();
  const sections = Object.entries(parts).map(([title, desired]) => {
    const steps = diff(desired, kernel);
    kernel = applied(kernel, steps);
    return [`# ${title}`, ...steps.map(describeStep), ''].join('\n');
  });
  return sections.join('\n');
}

function expectGolden(name: string, text: string): void {
  const file = join(import.meta.dirname, 'golden', `${name}.txt`);
  if (update) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

test.each(Object.entries(scenarios))('on the node: %s', (name, one) => {
  const text = plan({ 'the VRF, with its first attachment': nodeVrf(one.vrf), 'each attachment': hostEnd(one) });
  expectGolden(`node ${name}`.replaceAll(/, | /g, '-'), text);
});

test.each<[string, Attachment]>([
  ['bridge, VRF device', attachment(vrf('bridge', 'device'), 'device')],
  ['bridge, policy rules', attachment(vrf('bridge', 'device'), 'rules')],
  ['routed, VRF device', attachment(vrf('routed', 'device'), 'device')],
  ['routed, policy rules', attachment(vrf('routed', 'device'), 'rules')],
])('in the pod: %s', (name, one) => {
  const parts = { 'the VRF on the node': nodeVrf(one.vrf), 'the host end': hostEnd(one), 'the pod end': podSide(one) };
  const text = plan(parts);
  expectGolden(`pod ${name}`.replaceAll(/, | /g, '-'), text.slice(text.indexOf('# the pod end')));
});
