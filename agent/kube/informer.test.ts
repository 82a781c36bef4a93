/** What is known of a collection stays true whatever happens to the connection. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Logger, pino } from 'pino';
import { nodes, vrfs } from '../../test/support/api-server/kinds.ts';
import { kubeconfig } from '../../test/support/api-server/kubeconfig.ts';
import { ApiServer } from '../../test/support/api-server/server.ts';
import { Backoff } from './backoff.ts';
import { KubeClient } from './client.ts';
import { Informer } from './informer.ts';
import type { KubeObject } from './object.ts';
import { Reach } from './reach.ts';

let directory: string;
let server: ApiServer;
let informer: Informer<KubeObject>;
let told: number;
let lines: { level: number; msg: string }[];

const logger = (): Logger => pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });

/** An informer that waits for nothing long. */
function start(options: { idle?: number } = {}): void {
  const file = join(directory, 'config');
  writeFileSync(file, kubeconfig(server));
  const log = logger();
  informer = new Informer<KubeObject>({
    client: new KubeClient({ kubeconfig: file }),
    reach: new Reach(server.url, log),
    log,
    what: 'VRFs',
    path: '/apis/multivrf.dev/v1alpha1/vrfs',
    keep: (object, known) => (known && known.metadata.generation === object.metadata.generation ? known : object),
    changed: () => {
      told += 1;
    },
    times: { open: 200, idle: options.idle ?? 60_000, life: 60_000 },
    backoff: new Backoff({ first: 20, longest: 100 }),
  });
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'multivrf-informer-'));
  told = 0;
  lines = [];
  server = new ApiServer();
  await server.start();
});
afterEach(async () => {
  informer?.stop();
  await server.stop();
  rmSync(directory, { recursive: true });
});

const put = (name: string, mtu = 1500, metadata = {}) => server.put(vrfs, { name }, { spec: { mtu }, metadata });
const remove = (name: string) => server.delete(vrfs, { name });
const known = () =>
  Object.fromEntries(informer.list().map(({ metadata, spec }) => [metadata.name, (spec as { mtu: number }).mtu]));
const messages = () => lines.map(({ msg }) => msg);

/** Waits for as long as it takes, up to the test's own deadline. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((wake) => setTimeout(wake, 5));
}
async function knows(expected: Record<string, number>): Promise<void> {
  await until(() => JSON.stringify(Object.entries(known()).sort()) === JSON.stringify(Object.entries(expected).sort()));
}
const watching = () => until(() => server.watches.count() === 1);

describe('that is up to date', () => {
  test('knows what there was at the start, in chunks, and what comes, changes and goes', async () => {
    for (let i = 0; i < 250; i++) put(`vrf-${i}`);
    start();
    await informer.synced;
    expect(informer.list()).toHaveLength(250);
    expect(server.log.counts()['list vrfs']).toBe(3);
    await watching();
    for (let i = 1; i < 250; i++) remove(`vrf-${i}`);
    put('vrf-0', 1400);
    put('new');
    await knows({ 'vrf-0': 1400, new: 1500 });
  });

  test('tells nothing of changes that are of no interest, and keeps the object it had', async () => {
    put('a');
    start();
    await watching();
    const before = informer.get('a');
    put('a', 1500, { labels: { x: 'y' } });
    put('b');
    await until(() => informer.get('b') !== undefined);
    expect(informer.get('a')).toBe(before);
    expect(told).toBe(2);
  });
});

describe('whose watch ends', () => {
  test('goes on from where it was, without a list', async () => {
    put('a');
    start();
    await watching();
    server.watches.cut();
    remove('a');
    put('b');
    await knows({ b: 1500 });
    expect(server.log.counts()['list vrfs']).toBe(1);
    expect(messages()).toEqual([]);
  });

  test('goes on from the last bookmark, so that an old version does not become too old', async () => {
    start();
    await watching();
    // Changes of other resources move the version on.
    server.store.compact();
    server.watches.bookmark();
    server.watches.finish();
    put('a');
    await knows({ a: 1500 });
    expect(server.log.counts()['list vrfs']).toBe(1);
  });

  test.each(['status', 'event'] as const)(
    'lists anew when its version is too old, told by %s, and sees what was deleted',
    async (goneAs) => {
      server.goneAs = goneAs;
      put('a');
      put('b');
      start();
      await watching();
      server.watches.cut();
      remove('a');
      put('b', 1400);
      server.store.compact();
      await knows({ b: 1400 });
      expect(server.log.counts()['list vrfs']).toBe(2);
      await watching();
      put('c');
      await knows({ b: 1400, c: 1500 });
    },
  );

  test('whose version the server has not reached, as after a restore of etcd, lists anew when nothing comes', async () => {
    put('a');
    start({ idle: 200 });
    await watching();
    server.store.rewind();
    server.watches.cut();
    remove('a');
    put('b');
    await knows({ b: 1500 });
    expect(server.log.counts()['list vrfs']).toBe(2);
  });

  test('by an error of the server tries again', async () => {
    start();
    await watching();
    server.watches.error({ kind: 'Status', code: 500, reason: 'InternalError', message: 'etcd' });
    server.watches.cut();
    put('a');
    await knows({ a: 1500 });
  });

  test('has one watch at any time, however often it is cut', async () => {
    start();
    let most = 0;
    for (let i = 0; i < 20; i++) {
      await watching();
      most = Math.max(most, server.watches.count());
      server.watches.cut();
      put(`vrf-${i}`);
    }
    await until(() => informer.list().length === 20);
    expect(most).toBe(1);
    expect(server.watches.count()).toBeLessThanOrEqual(1);
  });
});

describe('in an outage', () => {
  test('keeps what it knows, says so once, and takes up by itself what has happened', async () => {
    put('a');
    put('b');
    start();
    await watching();
    await server.stop();
    await until(() => lines.length > 0);
    await new Promise((wake) => setTimeout(wake, 300));
    expect(known()).toEqual({ a: 1500, b: 1500 });
    remove('a');
    await server.start();
    await knows({ b: 1500 });
    await until(() => lines.length > 1);
    expect(messages()).toEqual([
      'the Kubernetes API cannot be followed: what is known stays in force',
      'the Kubernetes API is followed again',
    ]);
  });

  test('at its start waits for the server, as long as it takes', async () => {
    put('a');
    await server.stop();
    start();
    await until(() => lines.length > 0);
    expect(lines).toMatchObject([{ what: 'VRFs', reason: expect.stringContaining('ECONNREFUSED') }]);
    expect(informer.isSynced).toBe(false);
    await server.start();
    await informer.synced;
    expect(known()).toEqual({ a: 1500 });
  });

  test('that is none, the CRDs being missing, says what to look at', async () => {
    await server.stop();
    server = new ApiServer({ kinds: [nodes] });
    await server.start();
    start();
    await until(() => lines.length > 0);
    expect(lines).toMatchObject([{ reason: expect.stringMatching(/^404: .*CustomResourceDefinitions/) }]);
  });

  test('of a connection that is silent but open finds that out', async () => {
    start({ idle: 200 });
    await watching();
    server.hang(true);
    put('a');
    await until(() => lines.length > 0);
    server.hang(false);
    await knows({ a: 1500 });
  });

  test('that the server calls one comes again when it was told to', async () => {
    server.throttle(1, 1);
    const began = Date.now();
    start();
    await informer.synced;
    expect(Date.now() - began).toBeGreaterThanOrEqual(1000);
  });
});
