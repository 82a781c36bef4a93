/** The disk of the agent's state is full, or has become read-only. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { isError, runMultivrf } from '../support/chain.ts';
import { strictStatus } from '../support/housekeeping.ts';
import { linkNames } from '../support/observe.ts';
import { Scene, specWith } from '../support/scene.ts';
import { eventually } from '../support/snapshot.ts';

/** A file takes a page at least. */
const page = 4096;

let scene: Scene;
let disk: string;
let kept: string[];
beforeAll(async () => {
  // A namespace made in the agent's own mount namespace would be out of our sight.
  const bridge = { backend: 'device' };
  scene = await Scene.open(
    { 'customer-a': specWith(bridge), 'customer-b': specWith({ ...bridge, uplinks: [] }) },
    { stateBytes: 16 * page },
  );
  disk = scene.agent.stateDisk;
  // Without any pod the bridges lose their carrier, sooner or later.
  await scene.attach(await scene.pod('keeper'), 'customer-a,customer-b');
  kept = attachments();
});
afterAll(() => scene?.close());

const attachments = () => readdirSync(join(disk, 'attachments'));
const filler = (page: number) => join(disk, `filler${page}`);

/** Leaves room for so many records. */
function fill(room: number): void {
  let pages = 0;
  expect(() => {
    for (; pages < 100; pages++) writeFileSync(filler(pages), Buffer.alloc(page));
  }).toThrow('ENOSPC');
  for (const one of [pages, ...Array.from({ length: room }, (_, i) => i)]) rmSync(filler(one));
}

function clear(): void {
  for (const name of readdirSync(disk)) if (name.startsWith('filler')) rmSync(join(disk, name));
}

async function remount(how: 'ro' | 'rw'): Promise<void> {
  const { pid, stateDirectory } = scene.agent;
  await execa('nsenter', ['-t', String(pid), '--mount', 'mount', '-o', `remount,${how}`, stateDirectory]);
}

test('an ADD that finds no room for its second record says which file, and leaves not even the first', async () => {
  const pod = await scene.pod('speaker-0');
  fill(1);
  expect(await scene.refusal(pod, 'customer-a,customer-b')).toMatchObject({
    code: 5,
    msg: expect.stringMatching(/^state file .*,net2\.json cannot be written: ENOSPC/),
    details: expect.stringContaining('make room on the disk of'),
  });
  expect(attachments()).toEqual(kept);
  clear();
  await scene.attach(pod, 'customer-a,customer-b');
  expect(attachments()).toHaveLength(4);
  await scene.detach(pod, 'customer-a,customer-b');
});

test('strict STATUS is 50 as long as there is no room', async () => {
  fill(0);
  expect(await strictStatus(scene.agent)).toMatchObject({ code: 50, msg: expect.stringContaining('ENOSPC') });
  clear();
  expect(await strictStatus(scene.agent)).toEqual({});
});

test('an ADD on a read-only disk says which file cannot be written', async () => {
  const pod = await scene.pod('late');
  await remount('ro');
  expect(await scene.refusal(pod, 'customer-a')).toMatchObject({
    code: 5,
    msg: expect.stringMatching(/^state file .*,net1\.json cannot be written: EROFS/),
  });
  await remount('rw');
});

test('a DEL on a read-only disk succeeds; the record goes when it can be written again', async () => {
  const pod = await scene.pod('speaker-1');
  await scene.attach(pod, 'customer-a');
  await remount('ro');
  const from = scene.agent.log().length;
  expect(isError(await runMultivrf(scene.lab, 'DEL', pod, 'customer-a', undefined))).toBe(false);
  expect(await linkNames(pod.netns)).not.toContain('net1');
  const { error } = await scene.agent.waitFor(({ msg }) => msg.startsWith('attachment could not be removed'), from);
  expect(error).toMatch(/^state file .*,net1\.json cannot be removed: EROFS/);
  await remount('rw');
  // The collector comes every few seconds.
  await eventually(async () => attachments(), kept);
  expect(await eventually(async () => attachments(), kept)).toEqual(kept);
});
