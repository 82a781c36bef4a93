/** What Kubernetes' own admission plugin makes of the policies. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, jest, test } from '@jest/globals';
import { execa } from 'execa';
import { parse, parseAllDocuments } from 'yaml';
import { vrf } from '../../agent/api/bad-vrfs.testing.ts';
import { findBinaries } from './real-server.ts';

// Compiled at the first time.
jest.setTimeout(1_200_000);

const base = join(import.meta.dirname, '../../manifests/base');
const text = { type: 'string' };
const object = (properties: object) => ({ type: 'object', properties });
const annotations = { type: 'object', additionalProperties: text };
/** As far as a policy looks at it. */
const podSchema = object({ metadata: object({ annotations }), spec: object({ serviceAccountName: text }) });

const pod = (attach: string | undefined, serviceAccountName = 'default') => ({
  metadata: attach === undefined ? {} : { annotations: { 'multivrf.dev/attach': attach } },
  spec: { serviceAccountName },
});
const create = (attach: string | undefined, namespace = 'bgp', account?: string) => ({
  ...{ operation: 'CREATE', kind: 'Pod', resource: 'pods', namespace, object: pod(attach, account) },
});
const update = (before: string | undefined, now: string | undefined, subresource = '') => ({
  ...{ operation: 'UPDATE', kind: 'Pod', resource: 'pods', subresource, namespace: 'bgp' },
  ...{ oldObject: pod(before), object: pod(now) },
});
const agent = 'system:serviceaccount:multivrf-system:multivrf-agent';
const edit = (before: object, now: object, user = 'operator', finalizers = ['multivrf.dev/in-use']) => {
  const held = (spec: object) => ({ ...vrf(spec), metadata: { name: 'customer-a', finalizers } });
  return { operation: 'UPDATE', kind: 'VRF', resource: 'vrfs', user, oldObject: held(before), object: held(now) };
};

const cases: [what: string, request: object, refusal: RegExp | ''][] = [
  ['a pod without the annotation', create(undefined, 'web'), ''],
  ['a pod of a namespace that may attach', create('customer-a'), ''],
  ['a pod of another', create('customer-a=192.0.2.2/24', 'web'), /VRF customer-a is not open to namespace web/],
  ['a list of JSON', create('[{"interface":"net1","vrf":"customer-a"}]', 'web'), /is not open to namespace web/],
  ['a list that is none', create('[{"vrf":', 'web'), ''],
  ['an annotation as long as can be', create('customer-a,'.repeat(23_000), 'web'), /is not open to namespace web/],
  ['one of JSON', create(`[${'{"vrf":"customer-a"},'.repeat(12_000)}]`, 'web'), /is not open to namespace web/],
  ['a VRF that there is not', create('customer-x', 'web'), ''],
  ['a VRF for nobody', create('closed'), /empty, which means nobody/],
  ['a VRF for everybody', create('open', 'web'), ''],
  ['a ServiceAccount that may attach', create('some', 'bgp', 'speaker'), ''],
  ['another', create('some', 'bgp', 'other'), /VRF some is not open to ServiceAccount bgp\/other/],
  ['an annotation that stays', update('customer-a', 'customer-a'), ''],
  ['one that changes', update('customer-a', 'customer-b'), /from "customer-a" to "customer-b"/],
  ['one that comes with the status', update(undefined, 'customer-b', 'status'), /cannot be changed after creation/],
  ['an agent that changes a spec', edit({ mtu: 1400 }, {}, agent), /never its spec/],
  ['an agent that changes none', edit({}, {}, agent), ''],
  [
    'another mode in use',
    edit({}, { mode: 'routed' }),
    /spec.mode cannot be changed to routed while pods are attached/,
  ],
  ['a table in use', edit({ table: 7 }, { table: 8 }), /spec.table cannot be changed to 8/],
  ['another MTU in use', edit({}, { mtu: 1400 }), ''],
  ['another mode when nobody is attached', edit({}, { mode: 'routed' }, 'operator', []), ''],
];

let verdict: { warnings: string[]; refusals: string[] };
beforeAll(async () => {
  const crd = parse(readFileSync(join(base, 'crds/vrfs.yaml'), 'utf8'));
  const policies = parseAllDocuments(readFileSync(join(base, 'policy.yaml'), 'utf8')).map((one) => one.toJS());
  const open = (name: string, access: object) => vrf({ access }, name);
  const vrfs = [
    open('customer-a', { namespaces: ['bgp'] }),
    open('open', { namespaces: ['*'] }),
    open('closed', {}),
    open('some', { namespaces: ['bgp'], serviceAccounts: ['speaker'] }),
  ];
  const schemas = { Pod: podSchema, VRF: crd.spec.versions[0].schema.openAPIV3Schema };
  const input = JSON.stringify({ policies, vrfs, schemas, requests: cases.map(([, request]) => request) });
  const { stdout } = await execa(join(await findBinaries(), 'api-server'), ['judge'], { input, stderr: 'ignore' });
  verdict = JSON.parse(stdout);
});

test('their expressions are of the right types, for Pods and VRFs as they are', () => {
  expect(verdict.warnings).toEqual([]);
});

test.each(cases.map(([what, , refusal], i) => [what, refusal, i] as const))('%s: %s', (_what, refusal, i) => {
  if (refusal === '') expect(verdict.refusals[i]).toBe('');
  else expect(verdict.refusals[i]).toMatch(refusal);
});
