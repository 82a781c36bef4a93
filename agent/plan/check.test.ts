import { describe, expect, test } from '@jest/globals';
import { bridge, routed, texts } from './check.testing.ts';
import { kernelDrifts } from './check.ts';
import { lastResortMetric } from './desired.ts';
import { diff } from './diff.ts';
import { applied } from './kernel-model.testing.ts';
import type { Place, Rule } from './kernel-object.ts';
import type { LinkState, PlaceState, RuleState } from './observed.ts';
import { everything, scenarios, untouched } from './scenarios.testing.ts';

const { hostEnd: end } = bridge;
const link = (name: string, state: Partial<LinkState>) => (place: PlaceState) =>
  void Object.assign(place.links.get(name)!, state);

test.each(Object.entries(scenarios))('what a plan has made does not differ: %s', (_, one) => {
  expect(texts(one, 'pod', () => {})).toEqual([]);
});

describe('a difference is named by the thing, what it is and what it was', () => {
  test.each<[string, Place, (state: PlaceState) => void]>([
    ['pod end net1 has mtu 1400 instead of 1500', 'pod', link('net1', { mtu: 1400 })],
    [
      `pod end net1 has mac 02:00:00:00:00:01 instead of ${bridge.mac}`,
      'pod',
      link('net1', { mac: '02:00:00:00:00:01' }),
    ],
    ['pod end net1 is down', 'pod', link('net1', { up: false })],
    [
      'pod end net1 has ipv4 arpIgnore 0 instead of 1',
      'pod',
      link('net1', { ipv4: { forwarding: 0, rpFilter: 0, arpNotify: 1, arpIgnore: 0 } }),
    ],
    [
      `host end ${end} in namespace customer-a has mtu 9000 instead of 1500`,
      'vrf/customer-a',
      link(end, { mtu: 9000 }),
    ],
    [
      `host end ${end} in namespace customer-a is in br0 instead of customer-a`,
      'vrf/customer-a',
      link(end, { master: 'br0' }),
    ],
  ])('%s', (text, place, change) => {
    expect(texts(bridge, place, change)).toEqual([text]);
  });
});

test('a namespace that is missing is named once, without what should be in it', () => {
  const desired = everything([bridge]);
  const kernel = new Map(applied(untouched(), diff(desired, untouched())));
  kernel.delete('vrf/customer-a');
  expect(kernelDrifts(bridge, desired, kernel, []).map(({ text }) => text)).toEqual([
    'namespace customer-a is missing',
  ]);
});

describe('a link', () => {
  test('that is missing is named once, without what should live on it', () => {
    expect(texts(bridge, 'pod', ({ links }) => links.delete('net1'))).toEqual(['pod end net1 is missing']);
  });

  test('of another kind in the place of the pod end is no pod end', () => {
    expect(texts(bridge, 'pod', link('net1', { kind: 'dummy' }))).toEqual([
      'interface net1 in the pod is a dummy instead of the pod end',
    ]);
  });

  test('of another pair in the place of the pod end is no pod end', () => {
    expect(texts(bridge, 'pod', link('net1', { peer: 77 }))).toEqual([
      `interface net1 in the pod is not the other end of host end ${end}`,
    ]);
  });

  test('that lost our mark is not taken for ours', () => {
    expect(texts(routed, 'pod', link('customer-a', { alias: undefined }))).toEqual([
      "VRF device customer-a in the pod lacks the mark of multivrf: it was made anew or is another's",
    ]);
  });

  test('of the VRF with another table is another VRF', () => {
    expect(texts(routed, 'node', link('customer-a', { table: 7 }))).toEqual([
      'VRF device customer-a on the node is a vrf with table 7 instead of a vrf with table 1001',
    ]);
  });
});

describe('rules', () => {
  const words = 'stands in front of a rule for the same packets that it must follow';

  test.each<[string, typeof bridge, Place, Partial<Rule>]>([
    ['IPv4 rule priority 0 iif customer-a unreachable on the node', routed, 'node', { iif: 'customer-a' }],
    ['IPv6 rule priority 0 oif customer-a unreachable on the node', routed, 'node', { family: 6, oif: 'customer-a' }],
  ])('in the wrong order are named though none is missing: %s', (rule, one, place, selector) => {
    const told = texts(one, place, (state) => {
      const wanted = { family: 4, iif: undefined, oif: undefined, priority: 0, ...selector };
      const isOne = (is: RuleState) =>
        Object.entries(wanted).every(([key, value]) => is[key as keyof RuleState] === value) && is.table !== 255;
      const [lookup, unreachable] = state.rules.filter(isOne);
      state.rules = state.rules.map((is) => (is === lookup ? unreachable! : is === unreachable ? lookup! : is));
    });
    expect(told).toEqual([`${rule} ${words}`]);
  });

  test('for table local that are missing are not said to stand elsewhere', () => {
    const told = texts(bridge, 'pod', (place) => {
      place.rules = place.rules.filter(({ family, table }) => family === 6 || table !== 255);
    });
    expect(told).toEqual(['IPv4 rule for table local at priority 20 in the pod is missing']);
  });
});

test('the unreachable default of a VRF that is missing is named', () => {
  const told = texts(routed, 'pod', (place) => {
    place.routes = place.routes.filter(({ family, metric }) => family === 6 || metric !== lastResortMetric);
  });
  expect(told).toEqual(['route unreachable 0.0.0.0/0 table 1001 metric 4278198272 in the pod is missing']);
});

test('a sysctl that cannot be seen is no difference, one that can is', () => {
  const path = 'net/ipv4/ip_forward';
  expect(texts(bridge, 'pod', ({ sysctls }) => sysctls.delete(path))).toEqual([]);
  expect(texts(bridge, 'pod', ({ sysctls }) => sysctls.set(path, '1'))).toEqual([
    'sysctl net/ipv4/ip_forward = 0 in the pod is wanted, but it is 1',
  ]);
});
