/** The client against a real server: who it says it is, whom it trusts, and what it makes of failures. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { makeCertificate } from '../../test/support/api-server/certificate.ts';
import { vrfs } from '../../test/support/api-server/kinds.ts';
import { kubeconfig } from '../../test/support/api-server/kubeconfig.ts';
import { ApiServer } from '../../test/support/api-server/server.ts';
import { ApiError } from './api-error.ts';
import { KubeClient } from './client.ts';

const path = '/apis/multivrf.dev/v1alpha1/vrfs';

let directory: string;
let server: ApiServer;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'multivrf-client-'));
});
afterEach(async () => {
  await server.stop();
  rmSync(directory, { recursive: true });
});

function write(name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

describe('with a kubeconfig', () => {
  let client: KubeClient;
  beforeEach(async () => {
    server = new ApiServer();
    await server.start();
    client = new KubeClient({ kubeconfig: write('config', kubeconfig(server)) });
  });

  test('reads and writes JSON', async () => {
    const vrf = { apiVersion: 'multivrf.dev/v1alpha1', kind: 'VRF', metadata: { name: 'a' }, spec: { mtu: 1500 } };
    await client.request({ method: 'POST', path, body: vrf });
    const body = { spec: { mtu: 1400 } };
    const contentType = 'application/merge-patch+json';
    expect(await client.request({ method: 'PATCH', path: `${path}/a`, body, contentType })).toMatchObject(body);
    expect(await client.request({ path, query: { limit: '5' } })).toMatchObject({ items: [body] });
  });

  test('a DELETE says on which condition', async () => {
    server.put(vrfs, { name: 'a' }, { spec: {} });
    const deleted = (uid: string) =>
      client.request({ method: 'DELETE', path: `${path}/a`, body: { preconditions: { uid } } });
    await expect(deleted('another')).rejects.toMatchObject({ code: 409 });
    await deleted(server.store.get(vrfs, undefined, 'a')?.metadata.uid ?? '');
    expect(await client.request({ path })).toMatchObject({ items: [] });
  });

  test('one connection serves many requests', async () => {
    for (let i = 0; i < 5; i++) await client.request({ path });
    expect(server.connections).toBe(1);
  });

  test('a refusal is an ApiError with code, reason and message', async () => {
    const refused = client.request({ path: `${path}/none` });
    await expect(refused).rejects.toThrow(ApiError);
    await expect(refused).rejects.toMatchObject({ code: 404, reason: 'NotFound' });
    await expect(refused).rejects.toThrow('404 NotFound: vrfs.multivrf.dev "none" not found');
  });

  test('429 says how long to wait', async () => {
    server.throttle(1, 3);
    await expect(client.request({ path })).rejects.toMatchObject({ code: 429, retryAfter: 3000 });
  });

  test('a server that does not answer costs no more than the time given', async () => {
    server.hang(true);
    await expect(client.request({ path, timeout: 100 })).rejects.toThrow('no answer within 0.1 s');
  });

  test('a server that moves is found where the file says', async () => {
    await server.stop();
    await expect(client.request({ path })).rejects.toThrow();
    const other = new ApiServer();
    await other.start();
    write('config', kubeconfig(other));
    expect(await client.request({ path })).toMatchObject({ kind: 'VRFList' });
    await other.stop();
  });

  test('one that cannot be used is named, with what to do', () => {
    const file = write('broken', 'clusters: [');
    expect(() => new KubeClient({ kubeconfig: file })).toThrow(`kubeconfig ${file} cannot be used`);
    expect(() => new KubeClient({ kubeconfig: write('empty', '{}') })).toThrow('names no cluster');
  });
});

describe('in a pod', () => {
  const account = 'var/run/secrets/kubernetes.io/serviceaccount';

  /** As the kubelet mounts it: the cluster's CA and a token. */
  async function serve(): Promise<KubeClient> {
    const tls = await makeCertificate(directory);
    server = new ApiServer({ tls });
    await server.start();
    mkdirSync(join(directory, account), { recursive: true });
    write(`${account}/ca.crt`, tls.cert);
    write(`${account}/token`, server.token);
    process.env.KUBERNETES_SERVICE_HOST = '127.0.0.1';
    process.env.KUBERNETES_SERVICE_PORT = new URL(server.url).port;
    return new KubeClient({ root: `${directory}/` });
  }
  afterEach(() => {
    delete process.env.KUBERNETES_SERVICE_HOST;
    delete process.env.KUBERNETES_SERVICE_PORT;
  });

  test('the ServiceAccount is used, and its token read anew when it has been replaced', async () => {
    const client = await serve();
    expect(await client.request({ path })).toMatchObject({ kind: 'VRFList' });
    server.token = 'the next token';
    write(`${account}/token`, server.token);
    expect(await client.request({ path })).toMatchObject({ kind: 'VRFList' });
  });

  test('a server whose certificate is not of the CA is not spoken to', async () => {
    const client = await serve();
    await execa('openssl', [
      'req',
      '-x509',
      '-newkey',
      'ed25519',
      '-nodes',
      '-subj',
      '/CN=other',
      '-keyout',
      '/dev/null',
      '-out',
      join(directory, account, 'ca.crt'),
    ]);
    await expect(client.request({ path })).rejects.toThrow();
    expect(server.log.list()).toEqual([]);
  });

  test('outside a cluster the way out is named', async () => {
    await serve();
    delete process.env.KUBERNETES_SERVICE_HOST;
    expect(() => new KubeClient({})).toThrow('this is no pod of a cluster');
  });
});
