/** VRFs as the API server has them, with a real client of a real server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { nodes, vrfs } from '../../test/support/api-server/kinds.ts';
import { kubeconfig } from '../../test/support/api-server/kubeconfig.ts';
import { ApiServer } from '../../test/support/api-server/server.ts';
import { KubeClient } from '../kube/client.ts';
import { type KubernetesSource, openKubernetes } from './kubernetes.ts';
import { formatProblem, type VrfChange } from './vrf-source.ts';

let directory: string;
let server: ApiServer;
let source: KubernetesSource | undefined;
let changes: VrfChange[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'multivrf-source-'));
  server = new ApiServer();
  await server.start();
  server.put(nodes, { name: 'n1' }, { metadata: { labels: { rack: 'r1' } } });
});
afterEach(async () => {
  source?.close();
  await server.stop();
  rmSync(directory, { recursive: true });
});

const put = (name: string, spec: object = {}, metadata = {}) =>
  server.put(vrfs, { name }, { spec: { mode: 'routed', ...spec }, metadata });

/** A source that starts as after a restart of the agent: what it knew is in the directory. */
async function open({ labels = {}, patience = 5000 } = {}): Promise<KubernetesSource> {
  source?.close();
  const file = join(directory, 'config');
  writeFileSync(file, kubeconfig(server));
  const client = new KubeClient({ kubeconfig: file });
  const options = { client, nodeName: 'n1', labels, directory: join(directory, 'known'), patience };
  source = await openKubernetes(options, pino({ level: 'silent' }));
  changes = [];
  source.onChange((change) => changes.push(change));
  return source;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((wake) => setTimeout(wake, 5));
}
const mtus = () => Object.fromEntries(source!.list().map(({ metadata, spec }) => [metadata.name, spec.mtu]));
const problems = () => source!.problems().map(formatProblem);

describe('a VRF', () => {
  test('is in force with its defaults, follows its object, and goes with it', async () => {
    put('a');
    const { get } = await open();
    expect(get('a')).toMatchObject({ metadata: { name: 'a' }, spec: { mode: 'routed', mtu: 1500 } });
    put('a', { mtu: 1400 });
    await until(() => changes.length === 1);
    expect(mtus()).toEqual({ a: 1400 });
    server.delete(vrfs, { name: 'a' });
    await until(() => changes.length === 2);
    expect(changes).toEqual([
      { changed: ['a'], removed: [] },
      { changed: [], removed: ['a'] },
    ]);
  });

  test('is the same object whatever others write into its metadata and status', async () => {
    const { resourceVersion } = put('a').metadata;
    const { get } = await open();
    const before = get('a');
    put('a', {}, { labels: { team: 'x' }, finalizers: ['multivrf.dev/attached'] });
    const client = new KubeClient({ kubeconfig: join(directory, 'config') });
    const path = '/apis/multivrf.dev/v1alpha1/vrfs/a/status';
    const contentType = 'application/merge-patch+json';
    await client.request({ method: 'PATCH', path, body: { status: { nodes: { n1: 'ready' } } }, contentType });
    put('b');
    await until(() => get('b') !== undefined);
    expect(server.store.get(vrfs, undefined, 'a')?.metadata.resourceVersion).not.toBe(resourceVersion);
    expect(get('a')).toBe(before);
    expect(changes).toEqual([{ changed: ['b'], removed: [] }]);
  });

  test('that becomes invalid stays in force as it was, with object and field named, also after a restart', async () => {
    put('a');
    await open();
    put('a', { mtu: 70_000 });
    await until(() => problems().length > 0);
    const expected = ['VRF a: spec.mtu: 70000 must be at most 65535'];
    expect([mtus(), problems()]).toEqual([{ a: 1500 }, expected]);
    await open();
    expect([mtus(), problems()]).toEqual([{ a: 1500 }, expected]);
    put('a', { mtu: 1400 });
    await until(() => problems().length === 0);
    expect(mtus()).toEqual({ a: 1400 });
  });

  test('may be open to some ServiceAccounts only', async () => {
    put('a', { access: { namespaces: ['bgp'], serviceAccounts: ['speaker'] } });
    const { get } = await open();
    expect([get('a')?.spec.access.serviceAccounts, problems()]).toEqual([['speaker'], []]);
  });

  test('does not take the table of an older one', async () => {
    put('z', { table: 7 });
    server.store.get(vrfs, undefined, 'z')!.metadata.creationTimestamp = '2020-01-01T00:00:00Z';
    put('a', { table: 7 });
    await open();
    expect(Object.keys(mtus())).toEqual(['z']);
    expect(problems()).toEqual([
      'VRF a: spec.table: 7 is the table of VRF "z" already, which stays in force; choose another, or leave it out',
    ]);
  });
});

describe("the node's labels", () => {
  const uplinks = [{ nodeSelector: { rack: 'r1' }, interface: 'eth1' }, { interface: 'eth2' }];

  test('are those of its Node, and --node-label counts before them', async () => {
    const { labels } = await open({ labels: { zone: 'z' } });
    expect(labels()).toEqual({ rack: 'r1', zone: 'z' });
  });

  test('make a VRF with a nodeSelector another one when they change', async () => {
    put('a', { uplinks });
    put('b');
    const { get, labels } = await open();
    const [a, b] = [get('a'), get('b')];
    server.put(nodes, { name: 'n1' }, { metadata: { labels: { rack: 'r2' } } });
    await until(() => changes.length > 0);
    expect([changes, labels()]).toEqual([[{ changed: ['a'], removed: [] }], { rack: 'r2' }]);
    expect([get('a') === a, get('b') === b]).toEqual([false, true]);
  });

  test('of a Node that does not exist leave every VRF out, and say so', async () => {
    put('a', { uplinks });
    server.delete(nodes, { name: 'n1' });
    const { list, unavailable } = await open({ patience: 500 });
    expect(list()).toEqual([]);
    expect(problems()).toEqual(['Node n1: does not exist; name this node by --node-name or NODE_NAME']);
    expect(unavailable()?.message).toContain('Node n1: does not exist');
    server.put(nodes, { name: 'n1' }, {});
    await until(() => list().length === 1);
    expect([problems(), unavailable()]).toEqual([[], undefined]);
  });
});

describe('without the API', () => {
  test('a start serves what was known last, and takes up what has changed when the API is back', async () => {
    put('a');
    put('b');
    await open();
    await server.stop();
    const { labels, unavailable } = await open({ patience: 300 });
    expect([mtus(), labels(), unavailable()]).toEqual([{ a: 1500, b: 1500 }, { rack: 'r1' }, undefined]);
    expect(problems()).toEqual([expect.stringMatching(/^the Kubernetes API: http.*ECONNREFUSED/)]);
    put('a', { mtu: 1400 });
    server.delete(vrfs, { name: 'b' });
    await server.start();
    await until(() => changes.length > 0);
    expect([mtus(), changes]).toEqual([{ a: 1400 }, [{ changed: ['a'], removed: ['b'] }]]);
    await until(() => problems().length === 0);
  });

  test('a damaged record of what was known last is as good as none', async () => {
    put('a');
    put('b');
    await open();
    await server.stop();
    writeFileSync(join(directory, 'known', 'vrf,a.json'), '{"spec":');
    await open({ patience: 300 });
    expect(mtus()).toEqual({ b: 1500 });
  });

  test('a first start knows nothing, says what is missing, and waits', async () => {
    put('a');
    await server.stop();
    const { list, unavailable } = await open({ patience: 300 });
    expect(list()).toEqual([]);
    expect(unavailable()).toEqual({
      message: expect.stringMatching(/^the VRFs are not known: the Kubernetes API: http.*ECONNREFUSED/),
      advice: 'until they are, no pod can be attached',
    });
    await server.start();
    await until(() => list().length === 1);
    expect(unavailable()).toBeUndefined();
  });
});
