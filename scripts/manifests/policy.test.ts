/** The admission policies, evaluated: who is let in, and what the others are told. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { parseAttach } from '../../agent/api/annotation.ts';
import { attachAnnotation } from '../../common/cni.ts';
import { compilerWith, evaluateCel, type Scope } from './cel.testing.ts';
import { unavailable } from './cel-versions.testing.ts';

interface Policy {
  kind: string;
  metadata: { name: string };
  spec: {
    matchConditions?: { expression: string }[];
    variables?: { name: string; expression: string }[];
    validations: { expression: string; message: string; messageExpression?: string }[];
  };
}

const policies = parseAllDocuments(readFileSync('manifests/base/policy.yaml', 'utf8')).map(
  (document) => document.toJS() as Policy,
);

/** Each expression of a policy, with the type that it must have. What `variables` holds has any. */
const expressions = policies.flatMap(({ metadata: { name }, spec: { matchConditions, variables, validations } }) => [
  ...(matchConditions ?? []).map(({ expression }) => [name, expression, /^(bool|dyn)$/] as const),
  ...(variables ?? []).map(({ expression }) => [name, expression, /^\S+$/] as const),
  ...(validations ?? []).flatMap(({ expression, messageExpression }) => [
    [name, expression, /^bool$/] as const,
    ...(messageExpression === undefined ? [] : [[name, messageExpression, /^(string|dyn)$/] as const]),
  ]),
]);

test.each(expressions)('policy %s compiles: %s', (_name, expression, type) => {
  expect(compilerWith(['object', 'oldObject', 'params', 'request', 'variables'])(expression)).toMatch(type);
  expect(unavailable(expression)).toEqual([]);
});

/** What a request is told: nothing when it passes. */
function answer(name: string, scope: Scope): string[] {
  const {
    matchConditions = [],
    variables = [],
    validations,
  } = policies.find(({ kind, metadata }) => kind === 'ValidatingAdmissionPolicy' && metadata.name === name)!.spec;
  if (!matchConditions.every(({ expression }) => evaluateCel(expression, scope) === true)) return [];
  const known: Record<string, unknown> = {};
  const inner = { ...scope, variables: known };
  for (const { name: variable, expression } of variables) known[variable] = evaluateCel(expression, inner);
  return validations
    .filter(({ expression }) => evaluateCel(expression, inner) !== true)
    .map(({ message, messageExpression }) =>
      String(messageExpression ? evaluateCel(messageExpression, inner) : message),
    );
}

const pod = (attach?: string, account?: string) => ({
  metadata: attach === undefined ? {} : { annotations: { [attachAnnotation]: attach } },
  spec: account === undefined ? {} : { serviceAccountName: account },
});

const vrf = (access: object) => ({ metadata: { name: 'customer-a' }, spec: { access } });

const create = (attach: string | undefined, access: object, account?: string) =>
  answer('multivrf-access', {
    object: pod(attach, account),
    params: vrf(access),
    request: { namespace: 'bgp', operation: 'CREATE' },
  });

/** Ways to name customer-a in the annotation. */
const asking = [
  'customer-a',
  ' customer-a ',
  'customer-b, customer-a',
  'customer-a=192.0.2.2/24+2001:db8::2/64,customer-b',
  '[{"vrf":"customer-a"}]',
  ' [{"vrf": "customer-b"}, {"interface": "net1", "vrf" : "customer-a", "addresses": ["192.0.2.2/24"]}]',
  '[{"interface":"vrf","vrf":"customer-a"}]',
];

describe('a pod that asks for a VRF', () => {
  test.each(asking)('by %j is refused where the VRF is not open to its namespace', (attach) => {
    expect(create(attach, { namespaces: ['web', 'bgp-2'] })).toEqual([
      'VRF customer-a is not open to namespace bgp: its spec.access.namespaces is web, bgp-2. Its owner must add bgp, or the annotation multivrf.dev/attach must name another',
    ]);
  });

  test.each(asking)('by %j is let in where it is open', (attach) => {
    expect(create(attach, { namespaces: ['web', 'bgp'] })).toEqual([]);
    expect(create(attach, { namespaces: ['*'] })).toEqual([]);
  });

  test('as the last of as many as a pod can have is seen', () => {
    const names = [...Array.from({ length: 15 }, (_, i) => `vrf-${i}`), 'customer-a'];
    const list = names.map((vrf) => ({ interface: 'vrf', vrf }));
    for (const attach of [names.join(','), JSON.stringify(list)]) expect(create(attach, {})).toHaveLength(1);
  });

  test.each(asking)('by %j is asking for what the agent reads', (attach) => {
    expect(parseAttach(attach).map((request) => request.vrf)).toContain('customer-a');
  });

  test('is refused where nobody may attach', () => {
    for (const access of [{}, { namespaces: [] }]) {
      expect(create('customer-a', access)).toEqual([expect.stringContaining('is empty, which means nobody')]);
    }
  });

  test('runs as one of the ServiceAccounts, if the VRF names some', () => {
    const access = { namespaces: ['bgp'], serviceAccounts: ['speaker', 'bgp/router', 'web/default'] };
    expect(create('customer-a', access, 'speaker')).toEqual([]);
    expect(create('customer-a', access, 'router')).toEqual([]);
    expect(create('customer-a', access)).toEqual([
      'VRF customer-a is not open to ServiceAccount bgp/default: its spec.access.serviceAccounts is speaker, bgp/router, web/default. Its owner must add bgp/default, or the pod must run as another',
    ]);
  });
});

test.each([
  undefined,
  'customer-b',
  'customer-ab',
  'customer-b=192.0.2.2/24',
  '[{"vrf":"b","interface":"customer-a"}]',
])('a pod that asks for %j is no business of customer-a', (attach) => {
  expect(create(attach, {})).toEqual([]);
});

describe('the annotation of a pod', () => {
  const update = (before?: string, now?: string) =>
    answer('multivrf-annotation', { oldObject: pod(before), object: pod(now) });

  test('cannot be changed, added or removed', () => {
    expect(update('customer-a', 'customer-b')).toEqual([
      'the annotation multivrf.dev/attach cannot be changed after creation, from "customer-a" to "customer-b": the pod keeps the interfaces that it started with. Delete it and create it anew',
    ]);
    expect(update(undefined, 'customer-b')).toHaveLength(1);
    expect(update('customer-a', undefined)).toHaveLength(1);
  });

  test('may stay, whatever else changes', () => {
    expect(update('customer-a', 'customer-a')).toEqual([]);
    expect(update()).toEqual([]);
  });
});

test('an agent may change the finalizers of a VRF, but not its spec', () => {
  const change = (spec: object, username = 'system:serviceaccount:multivrf-system:multivrf-agent') =>
    answer('multivrf-agent', {
      request: { userInfo: { username } },
      oldObject: { spec: 'as it was' },
      object: { metadata: { finalizers: ['multivrf.dev/in-use'] }, spec },
    });
  expect(change('as it was' as unknown as object)).toEqual([]);
  expect(change({})).toEqual([expect.stringContaining('never its spec')]);
  expect(change({}, 'operator')).toEqual([]);
});

describe('a VRF that the agents hold, since pods are attached', () => {
  const held = { name: 'customer-a', finalizers: ['multivrf.dev/in-use'] };
  const change = (before: object, now: object, metadata: object = held) =>
    answer('multivrf-in-use', { oldObject: { metadata, spec: before }, object: { metadata: held, spec: now } });
  const routed = { mode: 'routed', backend: 'device', table: 1001 };

  test.each([
    [{ mode: 'bridge' }, 'spec.mode cannot be changed to bridge'],
    [{ backend: 'namespace' }, 'spec.backend cannot be changed to namespace'],
    [{ table: 1002 }, 'spec.table cannot be changed to 1002'],
    [{ mode: 'bridge', table: 1 }, 'spec.mode cannot be changed to bridge, spec.table cannot be changed to 1'],
  ])('cannot become %j', (changes, what) => {
    expect(change(routed, { ...routed, ...changes })).toEqual([
      `${what} while pods are attached to VRF customer-a: end them first; kubectl get vrfattachments -A --field-selector spec.vrf=customer-a lists them`,
    ]);
  });

  test('keeps its table, and keeps having none', () => {
    const { table: _, ...without } = routed;
    expect(change(routed, without)).toEqual([expect.stringContaining('spec.table cannot be changed to none')]);
    expect(change(without, routed)).toEqual([expect.stringContaining('spec.table cannot be changed to 1001')]);
  });

  test('may change otherwise, or when it is not held', () => {
    expect(change(routed, { ...routed, mtu: 1400 })).toEqual([]);
    expect(change(routed, { ...routed, mode: 'bridge' }, { name: 'customer-a' })).toEqual([]);
    expect(change(routed, { ...routed, mode: 'bridge' }, { name: 'customer-a', finalizers: ['else'] })).toEqual([]);
  });
});

test('each policy is bound, and denies', () => {
  const names = (kind: string) => policies.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);
  expect(names('ValidatingAdmissionPolicyBinding')).toEqual(names('ValidatingAdmissionPolicy'));
});
