/** The CRDs are what an API server accepts, and refuse what is wrong with a VRF. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { apiVersion } from '../../agent/api/api-version.ts';
import {
  badAddresses,
  badFields,
  badRoutes,
  isForStatus,
  pools,
  subnet,
  vrf,
} from '../../agent/api/bad-vrfs.testing.ts';
import { parseVrf } from '../../agent/api/vrf.ts';
import { addressName, type VrfAddress } from '../../agent/api/vrf-address.ts';
import type { VrfAttachment } from '../../agent/api/vrf-attachment.ts';
import { vrfRules } from '../../agent/api/vrf-rules.ts';
import type { VrfStatus } from '../../agent/api/vrf-status.ts';
import { crd } from './crd.ts';
import { kinds } from './kinds.ts';
import { type Schema, schemaAt } from './schema.ts';
import { structuralProblems } from './structural-schema.testing.ts';
import { faults, withDefaults } from './validate.testing.ts';

const schemas = new Map(kinds.map((kind) => [kind.kind, crd(kind).spec.versions[0]!.schema.openAPIV3Schema]));
const schemaOf = (kind: string): Schema => schemas.get(kind)!;

const judge = (kind: string, object: unknown, old?: unknown) => {
  const schema = schemaOf(kind);
  return faults(schema, withDefaults(schema, object), old && withDefaults(schema, old));
};

/** What refuses a VRF: names of rules, or `schema`. */
const refusedBy = (object: unknown) =>
  judge('VRF', object).map(
    (fault) => vrfRules.find(({ at, rule }) => at === fault.at && rule === fault.rule)?.name ?? 'schema',
  );

describe.each(kinds)('$kind', (kind) => {
  test('its schema is structural, described and bounded throughout', () => {
    expect(structuralProblems(schemaOf(kind.kind))).toEqual([]);
  });

  test('its rules point at fields that there are, and say what is wrong in one line', () => {
    for (const { at, fieldPath, message } of kind.rules) {
      const schema = schemaAt(schemaOf(kind.kind), at);
      if (fieldPath !== undefined) expect(schemaAt(schema, fieldPath.slice(1))).toBeDefined();
      expect(message).toMatch(/^[^\n]{1,2048}$/);
    }
  });

  test('its defaults are valid as they are written', () => {
    const defaults = (schema: Schema): string[] => [
      ...(schema.default === undefined ? [] : faults(schema, schema.default).map(({ text }) => text)),
      ...Object.values(schema.properties ?? {}).flatMap(defaults),
      ...(schema.items ? defaults(schema.items) : []),
    ];
    expect(defaults(schemaOf(kind.kind))).toEqual([]);
  });

  test('its columns and selectable fields are in the schema', () => {
    const plain = [...kind.columns.map(({ jsonPath }) => jsonPath.replace(/\[\?.*\]/, '[]')), ...kind.selectable];
    for (const path of plain.filter((one) => !one.startsWith('.metadata'))) {
      expect(schemaAt(schemaOf(kind.kind), path.slice(1))).toBeDefined();
    }
  });
});

const bad = [...badFields, ...badAddresses, ...badRoutes];

test.each(bad)('%j is refused at apply time, or in the status: %s', (spec, line) => {
  expect(refusedBy(vrf(spec)).length > 0).toBe(!isForStatus(line));
});

/** For rules that none of those examples breaks. */
const more: Record<string, object> = {
  'name-length': vrf({}, 'sixteen-letters-'),
  'name-syntax': vrf({}, 'a.b'),
  'name-taken': vrf({}, 'eth0'),
  'uplink-address': vrf({ mode: 'routed', uplinks: [{ interface: 'e', addresses: ['192.0.2.1'] }] }),
  'uplink-address-unusable': vrf({ mode: 'routed', uplinks: [{ interface: 'e', addresses: ['127.0.0.2/8'] }] }),
  'pool-gateway-is-network': vrf(pools({ subnet, gateway: '192.0.2.0' })),
};

test.each(vrfRules.map(({ name }) => name))('rule %s refuses an example, and says so alone', (name) => {
  const examples = [more[name], ...bad.map(([spec]) => vrf(spec))].filter((one) => one !== undefined);
  expect(examples.map(refusedBy)).toContainEqual([name]);
});

test('the message of a rule has the values in it', () => {
  expect(judge('VRF', vrf(pools({ subnet, gateway: '192.0.3.254' }))).map(({ text }) => text)).toEqual([
    `.spec.addresses.pools[0].gateway: "192.0.3.254" lies outside the pool's subnet 192.0.2.0/24; choose addresses inside it`,
  ]);
});

const examples = globSync('manifests/examples/**/*.yaml').flatMap((path) =>
  parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJS()),
);

test.each(examples.filter(({ kind }) => kind === 'VRF').map((one) => [one.metadata.name, one]))(
  'the example %s is accepted',
  (_name, example) => {
    expect(refusedBy(example)).toEqual([]);
  },
);

test('defaults are those of a VRF file', () => {
  expect(withDefaults(schemaOf('VRF'), vrf({}))).toEqual(parseVrf(vrf({})).vrf);
});

const time = '2026-01-01T00:00:00Z';

test('a VRFAttachment with all its conditions is accepted', () => {
  const condition = (type: 'Attached' | 'Isolated' | 'Degraded', status: 'True' | 'False') => ({
    type,
    status,
    reason: 'Verified',
    message: '',
    lastTransitionTime: time,
  });
  const object: VrfAttachment = {
    apiVersion,
    kind: 'VRFAttachment',
    metadata: { name: 'speaker-0.customer-a', namespace: 'bgp' },
    spec: {
      vrf: 'customer-a',
      pod: { name: 'speaker-0', uid: '1' },
      node: 'n',
      interface: 'net1',
      addresses: ['192.0.2.2/24', '2001:db8::2/64'],
      mac: '02:00:00:00:00:01',
    },
    status: {
      conditions: [condition('Attached', 'True'), condition('Isolated', 'True'), condition('Degraded', 'False')],
    },
  };
  expect(judge('VRFAttachment', object)).toEqual([]);
});

test('a VRF with a status of two nodes is accepted', () => {
  const status: VrfStatus = {
    observedGeneration: 1,
    conditions: [{ type: 'Accepted', status: 'True', reason: 'Valid', message: '', lastTransitionTime: time }],
    nodes: [
      { name: 'n1', ready: true, attachments: 2 },
      { name: 'n2', ready: false, reason: 'UplinkMissing', message: 'there is no eth1', attachments: 0 },
    ],
    attachments: 2,
    addresses: { used: 2, free: 88 },
  };
  expect(judge('VRF', { ...vrf({}), status })).toEqual([]);
});

describe('a VRFAddress', () => {
  const object = (address: string, name = addressName('customer-a', address)): VrfAddress => ({
    apiVersion,
    kind: 'VRFAddress',
    metadata: { name },
    spec: {
      vrf: 'customer-a',
      address,
      pod: { namespace: 'bgp', name: 'speaker-0', uid: '1' },
      node: 'n',
      sticky: true,
    },
  });

  test.each(['192.0.2.2', '2001:db8::2', '::1', '2001:db8::'])(
    'of %s is accepted under the name we give it',
    (address) => {
      expect(judge('VRFAddress', object(address))).toEqual([]);
    },
  );

  test.each([
    ['another name', object('192.0.2.2', 'customer-a.192.0.2.3'), 'is not that of address 192.0.2.2 in VRF customer-a'],
    ['another form of the address', object('2001:DB8::2'), 'is no address in canonical form'],
  ])('with %s is refused, for there could be two of one address', (_what, wrong, says) => {
    expect(judge('VRFAddress', wrong).map(({ text }) => text)).toEqual([expect.stringContaining(says)]);
  });

  test('stays that of its address', () => {
    const faultsOf = judge('VRFAddress', object('192.0.2.3', 'customer-a.192.0.2.3'), object('192.0.2.2'));
    expect(faultsOf).toEqual([expect.objectContaining({ at: 'spec.address', rule: 'self == oldSelf' })]);
  });
});
