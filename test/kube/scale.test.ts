/** One agent among 5,000 nodes with 20 attachments each: it has to do with its own, and with what all have in common. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { VrfStatus } from '../../agent/api/vrf-status.ts';
import { nodeOptions } from '../../scripts/manifests/node-options.ts';
import { nodes as nodeKind, pods, vrfAddresses, vrfAttachments, vrfs } from '../support/api-server/kinds.ts';
import { recordFiles, strictStatus } from '../support/housekeeping.ts';
import { specWith } from '../support/scene.ts';
import { KubeScene } from './kube-scene.ts';
import { populate } from './population.ts';
import { until } from './until.ts';

const nodes = 5_000;
const attachments = 20;
const own = Array.from({ length: attachments }, (_, i) => `own-${i}`);
const customers = Array.from({ length: 50 }, (_, i) => `customer-${i}`);
/** In MiB: what one start of a process differs from the next by. */
const noise = 8;

interface Cost {
  bytes: number;
  requests: Record<string, number>;
}

let scene: KubeScene;
let alone: Cost;
let aloneMiB: number;
beforeAll(async () => {
  const addresses = { pools: [{ subnet: '10.0.0.0/16' }] };
  const spec = (i: number) => specWith({ addresses, ...(i > 0 && { uplinks: [] }) });
  const env = { NODE_OPTIONS: nodeOptions };
  scene = await KubeScene.open(Object.fromEntries(customers.map((name, i) => [name, spec(i)])), { env });
  const { store } = scene.server;
  for (const name of own) scene.podObject(name);
  await Promise.all(own.map((name) => scene.attach(name, 'customer-0')));
  await until(() => store.list(pods).every(({ metadata }) => metadata.annotations) || undefined);
  const counted = () => store.list(vrfs).map(({ status }) => (status as VrfStatus | undefined)?.attachments);
  await until(counted, ([first, ...others]) => first === attachments && !others.includes(undefined));
  alone = await costOf(restart);
  aloneMiB = residentMiB();
});
afterAll(() => scene?.close());

const residentMiB = () => Number.parseInt(scene.agent.status('VmRSS'), 10) / 1024;

/** What the API server is asked and sends meanwhile. */
async function costOf(act: () => Promise<void> | void): Promise<Cost> {
  const { log, bytesSent } = scene.server;
  log.clear();
  await act();
  return { bytes: scene.server.bytesSent - bytesSent, requests: log.counts() };
}

/** And has come to rest. */
async function restart(): Promise<void> {
  await scene.agent.restart();
  await sleep(2_000);
}

test('what others do is neither asked for nor sent, and takes no memory', async () => {
  const { store } = scene.server;
  const cost = await costOf(async () => {
    populate(store, { nodes: nodes - 1, attachments, vrfs: customers });
    for (const kind of [pods, vrfAddresses, vrfAttachments])
      for (const object of store.list(kind, kind.namespaced ? 'others' : undefined).slice(-5_000))
        store.put(kind, { ...object, status: { changed: true } });
    await sleep(500);
  });
  const mebibytes = residentMiB();
  process.stdout.write(
    `one of ${store.list(nodeKind).length} nodes, ${store.list(vrfAttachments).length} attachments: RSS ${mebibytes.toFixed(0)} MiB, alone ${aloneMiB.toFixed(0)} MiB\n`,
  );
  expect(cost).toEqual({ bytes: 0, requests: {} });
  expect(mebibytes).toBeLessThanOrEqual(aloneMiB + noise);
});

test('an agent that starts among them asks and is sent the same as alone, to the byte', async () => {
  expect(await costOf(restart)).toEqual(alone);
  expect(residentMiB()).toBeLessThanOrEqual(aloneMiB + noise);
});

test('it has every attachment of its node, and is ready for more', async () => {
  expect(recordFiles(scene.agent)).toHaveLength(attachments);
  expect(await strictStatus(scene.agent)).toEqual({});
});

test('an ADD whose first choices others have reads one page of the VRF, and tries some more', async () => {
  scene.podObject('late');
  const before = await scene.attach('late', 'customer-1');
  const [held] = holders('late');
  await scene.detach(before, 'customer-1');
  await until(() => holders('late').length === 0 || undefined);
  for (let next = 0; next < 3; next++) hold(host(held!.address, next));
  const cost = await costOf(async () => {
    await scene.attach('late', 'customer-1');
  });
  expect(cost.requests).toMatchObject({ 'create vrfaddresses': 4, 'list vrfaddresses': 1 });
  expect(cost.bytes).toBeLessThan(200 * 1024);
});

const holders = (pod: string) =>
  scene.server.store
    .list(vrfAddresses)
    .map(({ spec }) => spec as { address: string; pod: { name: string } })
    .filter((spec) => spec.pod.name === pod);

/** The address so many after another. */
function host(address: string, more: number): string {
  const [a, b, c, d] = address.split('.').map(Number) as [number, number, number, number];
  const low = ((c << 8) | d) + more;
  return `${a}.${b}.${low >> 8}.${low & 255}`;
}

/** A pod of another node has it. */
function hold(address: string): void {
  const pod = { namespace: 'others', name: `has-${address}`, uid: 'u' };
  const spec = { vrf: 'customer-1', address, pod, node: 'other-1', sticky: false };
  scene.server.put(vrfAddresses, { name: `customer-1.${address}` }, { spec });
}
