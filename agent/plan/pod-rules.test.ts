import { expect, test } from '@jest/globals';
import type { Rule } from './kernel-object.ts';
import { podRules } from './pod-rules.ts';
import { attachment, vrf } from './scenarios.testing.ts';

/** The interfaces by which the cluster does not reach the pod's addresses in the VRF. */
function closed(names: { interface: string; primary: string }): Set<string | undefined> {
  const objects = podRules(attachment(vrf('bridge', 'device'), 'rules', names), { input: 1002, output: 1001 });
  const rules = objects.filter((object): object is Rule => object.object === 'rule');
  return new Set(rules.filter(({ priority }) => priority === 12).map(({ iif }) => iif));
}

test.each([
  ['the chain tells', { interface: 'net1', primary: 'eth0' }, ['eth0']],
  ['the chain tells, whatever its name', { interface: 'net1', primary: 'cluster0' }, ['cluster0']],
  ['a delegate is not told', { interface: 'net1', primary: 'net1' }, ['eth0']],
  ['there is not: the VRF has the only one', { interface: 'eth0', primary: 'eth0' }, []],
])('the cluster does not reach the pod in the VRF by the interface that %s', (_, names, interfaces) => {
  expect([...closed(names)]).toEqual(interfaces);
});
