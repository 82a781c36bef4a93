/** What several agents write to one VRF, on a real server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pino from 'pino';
import { vrfAttachments, vrfs } from '../../test/support/api-server/kinds.ts';
import { type ClientScene, openClientScene } from '../../test/support/api-server/scene.testing.ts';
import { type KubernetesSource, openKubernetes } from '../sources/kubernetes.ts';
import { inUseFinalizer } from './vrf-object.ts';
import type { Word } from './vrf-status.ts';
import { VrfStatuses } from './vrf-status-writer.ts';
import { Writer } from './writer.ts';

const log = pino({ level: 'silent' });
const valid = { generation: 1, invalid: undefined, isDeleted: false };
const attached: Word = { entry: { ready: true, attachments: 1 }, verdict: valid };
const unused: Word = { entry: undefined, verdict: valid };
const deleted: Word = { entry: undefined, verdict: { ...valid, generation: 2, isDeleted: true } };
const invalid: Word = { entry: undefined, verdict: { ...valid, invalid: 'spec.mtu: 1 is too small' } };

let scene: ClientScene;
let directory: string;
let running: (Writer | KubernetesSource)[];
beforeEach(async () => {
  scene = await openClientScene();
  directory = mkdtempSync(join(tmpdir(), 'multivrf-status-'));
  scene.server.put(vrfs, { name: 'a' }, { spec: {} });
  running = [];
});
afterEach(async () => {
  for (const one of running)
    if (one instanceof Writer) one.stop();
    else one.close();
  await scene.close();
  rmSync(directory, { recursive: true });
});

/** Says a word each time that it looks, and sees by its own watch what others have said, unless that is behind. */
async function agentOn(nodeName: string, isBehind = () => false, spread = 300): Promise<(word: Word) => void> {
  const { client } = scene;
  const writer = new Writer({ client, log });
  const source = await openKubernetes({ client, nodeName, labels: {}, directory: join(directory, nodeName) }, log);
  running.push(writer, source);
  const statuses = new VrfStatuses({ writer, nodeName, spread, again: 20 });
  let seen = source.seen('a');
  return (word) => {
    if (!isBehind()) seen = source.seen('a');
    statuses.sync(new Map([['a', word]]), () => seen);
  };
}

const vrf = () => scene.server.store.get(vrfs, undefined, 'a');
const isHeld = () => vrf()?.metadata.finalizers?.includes(inUseFinalizer) === true;
const writes = () => scene.server.log.list().filter(({ verb }) => verb === 'patch').length;

/** A pod of a node is attached, or not any more, as the API has it. */
function attachment(node: string, isThere: boolean): void {
  const at = { namespace: 'bgp', name: `${node}.a` };
  if (isThere) scene.server.put(vrfAttachments, at, { spec: { vrf: 'a', node } });
  else scene.server.delete(vrfAttachments, at);
}

/** Time passes, and agents look about every second. */
async function until(condition: () => boolean, look: () => void): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) {
    look();
    await sleep(10);
  }
  expect(condition()).toBe(true);
}

async function passes(milliseconds: number, look: () => void): Promise<void> {
  for (let i = 0; i < milliseconds / 10; i++) {
    look();
    await sleep(10);
  }
}

test('a VRF that is valid and not used costs no write', async () => {
  const agent = await agentOn('n1');
  await passes(300, () => agent(unused));
  expect(writes()).toBe(0);
});

test('the first that attaches holds the VRF, and the last lets it go', async () => {
  const [one, two] = [await agentOn('n1'), await agentOn('n2')];
  for (const node of ['n1', 'n2']) attachment(node, true);
  const both = () => {
    one(attached);
    two(attached);
  };
  await until(isHeld, both);
  await passes(100, both);
  attachment('n1', false);
  const last = () => {
    one(unused);
    two(attached);
  };
  await passes(200, last);
  expect(isHeld()).toBe(true);
  attachment('n2', false);
  await until(
    () => !isHeld(),
    () => two(unused),
  );
});

test('a pod that is gone before the watch tells that its VRF is held does not leave it held', async () => {
  let isBehind = true;
  const agent = await agentOn('n1', () => isBehind);
  await until(isHeld, () => agent(attached));
  agent(unused);
  isBehind = false;
  await until(
    () => !isHeld(),
    () => agent(unused),
  );
});

test('a deleted VRF goes when no pod is attached to it on another node', async () => {
  const one = await agentOn('n1');
  for (const node of ['n1', 'n2']) attachment(node, true);
  await until(isHeld, () => one(attached));
  scene.server.delete(vrfs, { name: 'a' });
  await passes(200, () => one(deleted));
  expect(isHeld()).toBe(true);
  attachment('n2', false);
  await until(
    () => vrf() === undefined,
    () => one(deleted),
  );
});

test('what all agents find is written by few of them', async () => {
  // On a slow machine the watch takes half a second to tell the others.
  const spread = 3_000;
  const agents = await Promise.all(Array.from({ length: 20 }, (_, i) => agentOn(`n${i}`, undefined, spread)));
  await passes(spread, () => {
    for (const agent of agents) agent(invalid);
  });
  expect(vrf()?.status).toMatchObject({ conditions: [{ type: 'Accepted', status: 'False', reason: 'Invalid' }] });
  expect(writes()).toBeLessThanOrEqual(10);
});
