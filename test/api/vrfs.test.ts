/** What Kubernetes' own code says to the CRDs, and to VRFs good and bad. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { badAddresses, badFields, badRoutes, isForStatus, vrf } from '../../agent/api/bad-vrfs.testing.ts';
import { parseVrf } from '../../agent/api/vrf.ts';
import { largestVrf } from './largest-vrf.ts';
import { RealServer } from './real-server.ts';

// Compiled at the first time.
jest.setTimeout(1_200_000);

const root = join(import.meta.dirname, '../..');
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const vrfs = '/apis/multivrf.dev/v1alpha1/vrfs';
const plurals = ['vrfs', 'vrfattachments', 'vrfaddresses'];

let server: RealServer;
beforeAll(async () => {
  server = await RealServer.open();
});
afterAll(() => server?.close());

const crd = (plural: string) => readFileSync(join(root, `manifests/base/crds/${plural}.yaml`), 'utf8');

test.each(plurals)('the CRD of %s is taken without a warning, and served', async (plural) => {
  const { code, warning } = await server.ask(
    'POST',
    `${definitions}?fieldValidation=Strict`,
    crd(plural),
    'application/yaml',
  );
  expect([code, warning]).toEqual([201, undefined]);
  await server.served(`/apis/multivrf.dev/v1alpha1/${plural}`);
  const { body } = await server.ask('GET', `${definitions}/${plural}.multivrf.dev`);
  const { conditions } = body.status as { conditions: { type: string; status: string }[] };
  expect(conditions.map(({ type, status }) => `${type} ${status}`).sort()).toEqual([
    'Established True',
    'NamesAccepted True',
  ]);
});

test.each(plurals)('the CRD of %s, applied twice, is the same', async (plural) => {
  const apply = () =>
    server.ask(
      'PATCH',
      `${definitions}/${plural}.multivrf.dev?fieldManager=test&force=true`,
      crd(plural),
      'application/apply-patch+yaml',
    );
  const [{ body: first }, { body: second }] = [await apply(), await apply()];
  expect((first.metadata as { generation: number }).generation).toBe(1);
  expect(second.metadata).toEqual(first.metadata);
});

/** Refused as `kubectl apply` would be; undefined when it is not. */
async function refusal(object: unknown): Promise<string | undefined> {
  const { code, body } = await server.ask('POST', `${vrfs}?dryRun=All&fieldValidation=Strict`, object);
  return code === 201 ? undefined : body.message;
}

describe('a VRF', () => {
  test.each([...badFields, ...badAddresses, ...badRoutes])(
    '%j is refused, or for the status: %s',
    async (spec, line) => {
      const message = await refusal(vrf(spec));
      if (isForStatus(line)) expect(message).toBeUndefined();
      else expect(message).toMatch(/is invalid: |unknown field/);
      expect(message ?? '').not.toMatch(/cost limit|evaluating rule/);
    },
  );

  const documents = globSync('manifests/examples/**/*.yaml', { cwd: root }).flatMap((file) =>
    parseAllDocuments(readFileSync(join(root, file), 'utf8')).map((document) => document.toJS()),
  );

  test.each(documents.filter(({ kind }) => kind === 'VRF').map((one) => [one.metadata.name, one]))(
    'of the examples, %s, has the defaults that the agent knows',
    async (_name, object) => {
      const { code, body } = await server.ask('POST', `${vrfs}?dryRun=All&fieldValidation=Strict`, object);
      expect([code, body.spec]).toEqual([201, JSON.parse(JSON.stringify(parseVrf(object).vrf?.spec))]);
    },
  );

  test.each(['bridge', 'routed'] as const)(
    'as large as there can be, in mode %s, is judged and taken',
    async (mode) => {
      expect(await refusal(largestVrf(mode))).toBeUndefined();
    },
  );

  test('whose lists have as many pairs as rules go through is judged as well', async () => {
    for (const [uplinks, routes, pools, reservations] of [
      [8, 256, 4, 1024],
      [64, 32, 32, 128],
    ] as const)
      expect(await refusal(largestVrf('routed', { uplinks, routes, pools, reservations }))).toBeUndefined();
  });
});
