import { describe, expect, test } from '@jest/globals';
import { refuseMixedAccept } from './accept-conflict.ts';
import { describeObject } from './describe.ts';
import type { Attachment } from './desired.ts';
import { leftoverRules, removeLeftovers } from './leftovers.ts';
import { podSide } from './pod.ts';
import { attachment, vrf } from './scenarios.testing.ts';

const routes = [
  { to: '0.0.0.0/0', via: '192.0.2.254' },
  { to: '203.0.113.0/24', via: '192.0.2.254' },
];
const one = (pod: 'device' | 'rules', rest: Partial<Attachment> = {}) =>
  attachment(vrf('bridge', 'device'), pod, { routes, ...rest });
const words = (of: Attachment) => podSide(of).map(describeObject);
const added = (pod: 'device' | 'rules') => {
  const bound = new Set(words(one(pod)));
  return words(one(pod, { accept: 'any' })).filter((object) => !bound.has(object));
};

describe('accept: any adds', () => {
  const rules = ['192.0.2.0/24', '2001:db8::/64', '203.0.113.0/24'].map(
    (to) => `IPv${to.includes(':') ? 6 : 4} rule priority 30 iif lo to ${to} lookup 1001 in the pod`,
  );

  const own = ['192.0.2.2/32', '2001:db8::2/128'].map(
    (from) => `IPv${from.includes(':') ? 6 : 4} rule priority 30 iif lo from ${from} lookup 1001 in the pod`,
  );

  test("to a VRF device the customer's networks, but no default route, what bears its own addresses, and the sysctls that open listeners", () => {
    expect(added('device')).toEqual([
      ...own,
      ...rules,
      'sysctl net/ipv4/tcp_l3mdev_accept = 1 in the pod',
      'sysctl net/ipv4/udp_l3mdev_accept = 1 in the pod',
    ]);
  });

  test("to policy rules the customer's networks: listeners are open anyway", () => {
    expect(added('rules')).toEqual(rules);
  });
});

test("in routed mode the pod's gateway is no network of the customer's", () => {
  const routed = attachment(vrf('routed', 'device'), 'device', { accept: 'any', routes: [{ to: '203.0.113.0/24' }] });
  expect(words(routed).filter((object) => / priority 30 .* to /.test(object))).toEqual([
    'IPv4 rule priority 30 iif lo to 203.0.113.0/24 lookup 1001 in the pod',
  ]);
});

test("in routed mode the networks of pods and uplink are the customer's, where a route leads there", () => {
  const to = (routes: Attachment['routes']) =>
    words(attachment(vrf('routed', 'device'), 'device', { accept: 'any', routes })).flatMap(
      (object) => / priority 30 .* to (\S+) /.exec(object)?.[1] ?? [],
    );
  expect(to([{ to: '0.0.0.0/0' }])).toEqual(['198.51.100.0/24', '192.0.2.0/24']);
  expect(to([{ to: '198.51.100.0/24' }])).toEqual(['198.51.100.0/24']);
  expect(to([])).toEqual([]);
});

describe('one pod in two VRFs', () => {
  const other = (rest: Partial<Attachment> = {}) =>
    attachment(vrf('bridge', 'device', { name: 'customer-b' }), 'device', {
      addresses: ['198.51.100.2/24'],
      routes: [],
      ...rest,
    });

  test('cannot accept any in one of them alone: the setting would open the other', () => {
    expect(() => refuseMixedAccept([one('device', { accept: 'any' }), other()])).toThrow(
      'accept is any in VRF customer-a and bound in VRF customer-b for one pod',
    );
  });

  test('cannot accept any in both where their networks overlap', () => {
    const overlapping = other({ accept: 'any', addresses: ['203.0.113.9/25'] });
    expect(() => refuseMixedAccept([one('device', { accept: 'any' }), overlapping])).toThrow(
      '203.0.113.0/24 of VRF customer-a and 203.0.113.0/25 of VRF customer-b overlap',
    );
  });

  test('can accept any in both where they do not', () => {
    expect(() => refuseMixedAccept([one('device', { accept: 'any' }), other({ accept: 'any' })])).not.toThrow();
    expect(() => refuseMixedAccept([one('device'), other()])).not.toThrow();
  });
});

test("rules that an earlier attachment left go, and the VRF device's unreachable default stays", () => {
  const rules = podSide(one('device', { accept: 'any' })).flatMap((object) =>
    object.object === 'rule' && object.to !== undefined ? [{ ...object, ours: true as const }] : [],
  );
  const unreachable = podSide(one('device')).flatMap((object) =>
    object.object === 'route' && object.type === 'unreachable' ? [object] : [],
  );
  const steps = removeLeftovers(leftoverRules(rules, podSide(one('device'))), unreachable);
  expect(steps.map((step) => step.do)).toEqual(['remove', 'remove', 'remove']);
});
