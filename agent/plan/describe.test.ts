import { expect, test } from '@jest/globals';
import { describeObject, describeStep } from './describe.ts';
import type { LinkSettings, MovedLink, Route } from './kernel-object.ts';

const route: Route = {
  object: 'route',
  in: 'pod',
  family: 4,
  table: 1001,
  type: 'unicast',
  to: '10.0.0.0/8',
  dev: 'net1',
  via: '192.0.2.254',
};
const settings: LinkSettings = {
  object: 'link-settings',
  in: 'node',
  dev: 'eth1',
  ipv4: { forwarding: 1, rpFilter: 2 },
  up: true,
};
const moved: MovedLink = { object: 'moved-link', in: 'vrf/customer-a', name: 'eth1', from: 'node' };

test('an object is named with all that tells it from others', () => {
  expect(describeObject(route)).toBe('route 10.0.0.0/8 via 192.0.2.254 dev net1 table 1001 in the pod');
  expect(describeObject({ ...route, type: 'unreachable' })).toMatch(/^route unreachable 10\.0\.0\.0\/8 /);
  expect(describeObject(settings)).toBe('ipv4 forwarding 1 rpFilter 2 up true of interface eth1 on the node');
  expect(describeObject(moved)).toBe('interface eth1 of the node in namespace customer-a');
});

test('a step is a sentence that "cannot" may precede', () => {
  expect(describeStep({ do: 'add', object: route })).toMatch(/^add route 10\./);
  expect(describeStep({ do: 'change', to: settings, from: settings })).toMatch(/^set ipv4 forwarding 1/);
  const local = { object: 'local-rule', in: 'pod', family: 6, priority: 20, last: true } as const;
  expect(describeStep({ do: 'move-local-rule', to: local, from: local })).toBe(
    'move IPv6 rule for table local at priority 20 in the pod',
  );
});
