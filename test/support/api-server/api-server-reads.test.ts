/** Holds LIST and WATCH of the tests' API server to the Kubernetes API reference. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { call, watch } from './caller.testing.ts';
import { pods, vrfs } from './kinds.ts';
import { ApiServer } from './server.ts';

const all = '/apis/multivrf.dev/v1alpha1/vrfs';
const vrf = (name: string, spec: object = { mtu: 1500 }, metadata: object = {}) => ({
  apiVersion: 'multivrf.dev/v1alpha1',
  kind: 'VRF',
  metadata: { name, ...metadata },
  spec,
});

let server: ApiServer;
beforeEach(async () => {
  server = new ApiServer();
  await server.start();
});
afterEach(() => server.stop());

const ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  call(server, method, path, body, headers);
const failure = (code: number, reason: string) => ({
  code,
  body: expect.objectContaining({ kind: 'Status', status: 'Failure', reason, code }),
});

describe('list', () => {
  test('comes in chunks of one version, and a chunk of a compacted one is 410 Expired', async () => {
    for (const name of ['a', 'b', 'c']) server.put(vrfs, { name }, vrf(name));
    const { body: first } = await ask('GET', `${all}?limit=2`);
    const metadata = first.metadata as { continue: string; resourceVersion: string };
    expect(first).toMatchObject({ kind: 'VRFList', items: [vrf('a'), vrf('b')], metadata: { remainingItemCount: 1 } });
    server.put(vrfs, { name: 'd' }, vrf('d'));
    const rest = await ask('GET', `${all}?limit=2&continue=${metadata.continue}`);
    const { resourceVersion } = metadata;
    // A list of custom resources says that nothing is left; a typed one leaves that out.
    expect(rest.body).toMatchObject({ items: [vrf('c')], metadata: { resourceVersion, continue: '' } });
    server.store.compact();
    expect(await ask('GET', `${all}?limit=2&continue=${metadata.continue}`)).toMatchObject(failure(410, 'Expired'));
  });

  test('is selected by fields and labels, and any other field is 400', async () => {
    const pod = (nodeName: string, app: string) => ({ spec: { nodeName }, metadata: { labels: { app } } });
    server.put(pods, { namespace: 'bgp', name: 'one' }, pod('n1', 'x'));
    server.put(pods, { namespace: 'bgp', name: 'two' }, pod('n2', 'x'));
    server.put(pods, { namespace: 'web', name: 'three' }, pod('n1', 'y'));
    const names = async (query: string, path = '/api/v1/pods') => {
      const { body } = await ask('GET', `${path}?${query}`);
      return (body.items as unknown as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
    };
    expect(await names('fieldSelector=spec.nodeName=n1')).toEqual(['one', 'three']);
    expect(await names('fieldSelector=spec.nodeName%3Dn1&labelSelector=app%3Dy')).toEqual(['three']);
    expect(await names('fieldSelector=spec.nodeName!=n1')).toEqual(['two']);
    expect(await names('', '/api/v1/namespaces/bgp/pods')).toEqual(['one', 'two']);
    expect(await ask('GET', '/api/v1/pods?fieldSelector=spec.color=red')).toMatchObject(failure(400, 'BadRequest'));
  });

  test('of a selection does not tell how many more there are', async () => {
    for (const name of ['one', 'two']) server.put(pods, { namespace: 'bgp', name }, { spec: { nodeName: 'n1' } });
    const { body } = await ask('GET', '/api/v1/pods?limit=1&fieldSelector=spec.nodeName=n1');
    expect(Object.keys(body.metadata as object).sort()).toEqual(['continue', 'resourceVersion']);
  });
});

describe('watch', () => {
  const from = (version: number, more = '') => `${all}?watch=true&resourceVersion=${version}${more}`;

  test('tells what happened since a version, and then what happens', async () => {
    server.put(vrfs, { name: 'a' }, vrf('a'));
    const { version } = server.store;
    server.put(vrfs, { name: 'a' }, vrf('a', { mtu: 1 }));
    const later = () => {
      server.put(vrfs, { name: 'b' }, vrf('b'));
      server.delete(vrfs, { name: 'a' });
    };
    expect(await watch(server, from(version), 3, later)).toEqual(['MODIFIED a', 'ADDED b', 'DELETED a']);
  });

  test('without a version begins with what there is', async () => {
    server.put(vrfs, { name: 'a' }, vrf('a'));
    expect(await watch(server, `${all}?watch=true`, 1)).toEqual(['ADDED a']);
  });

  test('tells of objects that come into the selection and leave it', async () => {
    const on = (nodeName: string) => ({ spec: { nodeName } });
    const path = `/api/v1/pods?watch=true&resourceVersion=${server.store.version}&fieldSelector=spec.nodeName=n1`;
    const seen = await watch(server, path, 2, () => {
      server.put(pods, { namespace: 'bgp', name: 'other' }, on('n2'));
      server.put(pods, { namespace: 'bgp', name: 'one' }, on(''));
      server.put(pods, { namespace: 'bgp', name: 'one' }, on('n1'));
      server.put(pods, { namespace: 'bgp', name: 'one' }, on('n2'));
    });
    expect(seen).toEqual(['ADDED one', 'DELETED one']);
  });

  test('from a compacted version is 410 Expired, as the status of the answer or as an event', async () => {
    const { version } = server.store;
    server.store.compact();
    expect(await watch(server, from(version), 1)).toEqual(['ERROR Expired']);
    server.goneAs = 'status';
    expect(await ask('GET', from(version))).toMatchObject(failure(410, 'Expired'));
  });

  test('from a version that is not reached, as after a restore of etcd, sends nothing until it is', async () => {
    const { version } = server.store;
    server.store.rewind();
    const during = () => {
      server.put(vrfs, { name: 'a' }, vrf('a'));
      server.watches.bookmark();
    };
    expect(await watch(server, from(version, '&allowWatchBookmarks=true&timeoutSeconds=1'), 1, during)).toEqual([]);
  });

  test('sends bookmarks to those who ask for them, and ends when its time is up', async () => {
    server.put(vrfs, { name: 'a' }, vrf('a'));
    const { version } = server.store;
    const bookmarked = () => server.watches.bookmark();
    expect(await watch(server, from(version, '&allowWatchBookmarks=true'), 1, bookmarked)).toEqual([
      `BOOKMARK ${version}`,
    ]);
    expect(await watch(server, from(version, '&timeoutSeconds=1'), 1, bookmarked)).toEqual([]);
  });

  test('is cut in the middle of a line', async () => {
    const cut = watch(server, from(server.store.version), 1, () => server.watches.cut());
    await expect(cut).rejects.toThrow();
    expect(server.watches.count()).toBe(0);
  });
});
