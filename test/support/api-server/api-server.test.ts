/** Holds the API server of the tests to the Kubernetes API reference. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { call } from './caller.testing.ts';
import { pods, vrfs } from './kinds.ts';
import { ApiServer } from './server.ts';

const all = '/apis/multivrf.dev/v1alpha1/vrfs';
const vrf = (name: string, spec: object = { mtu: 1500 }, metadata: object = {}) => ({
  apiVersion: 'multivrf.dev/v1alpha1',
  kind: 'VRF',
  metadata: { name, ...metadata },
  spec,
});
const merge = { 'content-type': 'application/merge-patch+json' };

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

test('who brings no token is 401, and what is not served is 404', async () => {
  expect(await ask('GET', all, undefined, { authorization: 'Bearer wrong' })).toMatchObject(
    failure(401, 'Unauthorized'),
  );
  expect(await ask('GET', `${all}/a`)).toMatchObject(failure(404, 'NotFound'));
  const unknown = await fetch(`${server.url}/apis/multivrf.dev/v1/vrfs`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  expect([unknown.status, await unknown.text()]).toEqual([404, '404 page not found\n']);
});

test('what is forbidden is 403, and nothing else is', async () => {
  server.forbidden.add('get nodes');
  expect(await ask('GET', '/api/v1/nodes/worker-1')).toMatchObject(failure(403, 'Forbidden'));
  expect(await ask('GET', '/api/v1/nodes')).toMatchObject({ code: 200 });
});

describe('create', () => {
  test('gives uid, version, generation and time, and drops the status', async () => {
    const { code, body } = await ask('POST', all, { ...vrf('a'), status: { ready: true } });
    expect(code).toBe(201);
    expect(body).toEqual({
      ...vrf('a'),
      metadata: {
        name: 'a',
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        resourceVersion: expect.stringMatching(/^\d+$/),
        generation: 1,
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      },
    });
  });

  test('of a kind whose status is no subresource keeps it', async () => {
    const [apiVersion, path] = ['multivrf.dev/v1alpha1', '/apis/multivrf.dev/v1alpha1/namespaces/bgp/vrfattachments'];
    const object = { apiVersion, kind: 'VRFAttachment', metadata: { name: 'a' }, status: { ready: true } };
    expect(await ask('POST', path, object)).toMatchObject({ code: 201, body: { status: { ready: true } } });
    expect((await ask('PATCH', `${path}/a`, { status: { ready: false } }, merge)).body).toMatchObject({
      status: { ready: false },
      metadata: { generation: 2 },
    });
  });

  test('of a name that is taken is 409 AlreadyExists, of another version 400, of another kind 422', async () => {
    await ask('POST', all, vrf('a'));
    expect(await ask('POST', all, vrf('a'))).toMatchObject(failure(409, 'AlreadyExists'));
    expect(await ask('POST', all, { ...vrf('b'), apiVersion: 'v1' })).toMatchObject(failure(400, 'BadRequest'));
    expect(await ask('POST', all, { ...vrf('b'), kind: 'Pod' })).toMatchObject(failure(422, 'Invalid'));
  });

  test('makes a name from generateName', async () => {
    const event = { apiVersion: 'v1', kind: 'Event', metadata: { generateName: 'speaker-' } };
    const { body } = await ask('POST', '/api/v1/namespaces/bgp/events', event);
    expect(body).toMatchObject({ metadata: { name: expect.stringMatching(/^speaker-.{5}$/), namespace: 'bgp' } });
  });
});

describe('update', () => {
  test('of an old version is 409 Conflict, of none 422 for a custom resource', async () => {
    const { body: first } = await ask('POST', all, vrf('a'));
    await ask('PUT', `${all}/a`, { ...first, spec: { mtu: 1400 } });
    expect(await ask('PUT', `${all}/a`, first)).toMatchObject(failure(409, 'Conflict'));
    expect(await ask('PUT', `${all}/a`, vrf('a'))).toMatchObject(failure(422, 'Invalid'));
    expect(await ask('PUT', `${all}/b`, vrf('b'))).toMatchObject(failure(404, 'NotFound'));
  });

  test('of the spec is a new generation, of labels a new version only, and of nothing neither', async () => {
    const numbers = async (changes: object) => {
      const { body } = await ask('PATCH', `${all}/a`, changes, merge);
      const { generation, resourceVersion } = (body as unknown as ReturnType<typeof server.put>).metadata;
      return [generation, Number(resourceVersion)];
    };
    await ask('POST', all, vrf('a'));
    const [, version] = await numbers({});
    expect(await numbers({ spec: { mtu: 1400 } })).toEqual([2, version! + 1]);
    expect(await numbers({ metadata: { labels: { x: 'y' } } })).toEqual([2, version! + 2]);
    expect(await numbers({ spec: { mtu: 1400 } })).toEqual([2, version! + 2]);
  });

  test('of the status leaves the spec alone, and the other way round', async () => {
    await ask('POST', all, vrf('a'));
    const both = { spec: { mtu: 9000 }, status: { ready: true } };
    expect((await ask('PATCH', `${all}/a/status`, both, merge)).body).toMatchObject({
      spec: { mtu: 1500 },
      status: { ready: true },
      metadata: { generation: 1 },
    });
    expect(
      (await ask('PATCH', `${all}/a`, { spec: { mtu: 9000 }, status: { ready: false } }, merge)).body,
    ).toMatchObject({
      spec: { mtu: 9000 },
      status: { ready: true },
      metadata: { generation: 2 },
    });
  });

  test('of the status changes annotations of a Pod, and not those of a custom resource', async () => {
    server.put(pods, { namespace: 'bgp', name: 'a' }, { spec: { nodeName: 'n1' } });
    await ask('POST', all, vrf('a'));
    const annotated = { metadata: { annotations: { x: 'y' } } };
    const pod = await ask('PATCH', '/api/v1/namespaces/bgp/pods/a/status', annotated, merge);
    expect(pod.body).toMatchObject({ spec: { nodeName: 'n1' }, ...annotated });
    const { body } = await ask('PATCH', `${all}/a/status`, annotated, merge);
    expect((body.metadata as { annotations?: object }).annotations).toBeUndefined();
  });
});

describe('patch', () => {
  test('merges maps, replaces lists and removes by null (RFC 7396)', async () => {
    await ask('POST', all, vrf('a', { mtu: 1500, table: 7, list: [1, 2] }));
    const { body } = await ask('PATCH', `${all}/a`, { spec: { table: null, list: [3] } }, merge);
    expect(body).toMatchObject({ spec: { mtu: 1500, list: [3] } });
    expect(body.spec).not.toHaveProperty('table');
  });

  test('that names an old version is 409 Conflict, and another type of patch 415', async () => {
    await ask('POST', all, vrf('a'));
    const old = { metadata: { resourceVersion: '1' }, spec: { mtu: 1400 } };
    expect(await ask('PATCH', `${all}/a`, old, merge)).toMatchObject(failure(409, 'Conflict'));
    const strategic = { 'content-type': 'application/strategic-merge-patch+json' };
    expect(await ask('PATCH', `${all}/a`, {}, strategic)).toMatchObject(failure(415, 'UnsupportedMediaType'));
  });
});

describe('server-side apply', () => {
  const apply = (manager: string, spec: object, more = '') =>
    ask('PATCH', `${all}/a?fieldManager=${manager}${more}`, vrf('a', spec), {
      'content-type': 'application/apply-patch+yaml',
    });

  test('makes what is missing, and takes back what its manager no longer says', async () => {
    expect((await apply('one', { mtu: 1500, table: 7 })).code).toBe(201);
    const { code, body } = await apply('one', { mtu: 1500 });
    expect([code, body.spec]).toEqual([200, { mtu: 1500 }]);
  });

  test("leaves others' fields, and is 409 Conflict where both say something else, unless forced", async () => {
    await apply('one', { mtu: 1500 });
    expect((await apply('two', { table: 7 })).body.spec).toEqual({ mtu: 1500, table: 7 });
    expect(await apply('two', { mtu: 9000 })).toMatchObject(failure(409, 'Conflict'));
    expect((await apply('two', { mtu: 9000 }, '&force=true')).body.spec).toMatchObject({ mtu: 9000 });
  });

  test('needs a field manager', async () => {
    expect(await apply('', {})).toMatchObject(failure(400, 'BadRequest'));
  });
});

describe('delete', () => {
  test('waits for finalizers, and no new one may be added', async () => {
    await ask('POST', all, vrf('a', {}, { finalizers: ['multivrf.dev/attached'] }));
    expect((await ask('DELETE', `${all}/a`)).body).toMatchObject({
      metadata: { deletionTimestamp: expect.any(String), finalizers: ['multivrf.dev/attached'] },
    });
    const another = { metadata: { finalizers: ['multivrf.dev/attached', 'x.dev/y'] } };
    expect(await ask('PATCH', `${all}/a`, another, merge)).toMatchObject(failure(422, 'Invalid'));
    expect((await ask('PATCH', `${all}/a`, { metadata: { finalizers: [] } }, merge)).code).toBe(200);
    expect((await ask('GET', `${all}/a`)).code).toBe(404);
  });

  test('with the uid of another object is 409 Conflict', async () => {
    await ask('POST', all, vrf('a'));
    expect(await ask('DELETE', `${all}/a`, { preconditions: { uid: 'other' } })).toMatchObject(
      failure(409, 'Conflict'),
    );
    expect((await ask('DELETE', `${all}/a`)).body).toMatchObject({ kind: 'Status', status: 'Success' });
  });
});

test('429 tells when to come again', async () => {
  server.throttle(1, 7);
  expect(await ask('GET', all)).toMatchObject({ ...failure(429, 'TooManyRequests'), retryAfter: '7' });
  expect((await ask('GET', all)).code).toBe(200);
});

test('in an outage connections are refused, and it comes back on the same port with what it knew', async () => {
  server.put(vrfs, { name: 'a' }, vrf('a'));
  await server.stop();
  await expect(ask('GET', all)).rejects.toThrow();
  await server.start();
  expect((await ask('GET', all)).body.items).toHaveLength(1);
});

test('a server that hangs answers nothing, and later cuts those who wait', async () => {
  server.hang(true);
  const waiting = ask('GET', all);
  const soon = new Promise((wake) => setTimeout(wake, 50, 'nothing'));
  expect(await Promise.race([waiting, soon])).toBe('nothing');
  server.hang(false);
  await expect(waiting).rejects.toThrow();
});

test('every request is counted by verb and resource', async () => {
  await ask('POST', all, vrf('a'));
  await ask('PATCH', `${all}/a/status`, { status: {} }, merge);
  await ask('GET', all);
  expect(server.log.counts()).toEqual({ 'create vrfs': 1, 'patch vrfs/status': 1, 'list vrfs': 1 });
});
