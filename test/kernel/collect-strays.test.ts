/** State files that cannot be read, host ends that no state file tells of. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execa } from 'execa';
import type { Pod } from '../support/chain.ts';
import { collected, recordFile } from '../support/housekeeping.ts';
import { addressesOf, hostEndOf, linkNames } from '../support/observe.ts';
import { Scene, specWith } from '../support/scene.ts';

let scene: Scene;
let lost: Pod;
let emptied: Pod;
let other: Pod;
let ended: Pod;
/** An address of `emptied`. */
let address: string;
const podEnds = async ({ netns }: Pod) => (await linkNames(netns)).filter((name) => /^net\d$/.test(name)).sort();
const stateFile = (...name: string[]) => join(scene.agent.stateDirectory, ...name);

beforeAll(async () => {
  const vrf = { uplinks: [] };
  scene = await Scene.open({ 'customer-a': specWith(vrf), 'customer-b': specWith({ ...vrf, backend: 'device' }) });
  const pods = ['lost', 'emptied', 'other', 'ended'].map((name) => scene.pod(name));
  [lost, emptied, other, ended] = (await Promise.all(pods)) as [Pod, Pod, Pod, Pod];
  for (const pod of [lost, emptied, other, ended]) await scene.attach(pod, 'customer-a,customer-b');
  await scene.node.run('ip', ['link', 'add', 'mv000000000000', 'type', 'veth', 'peer', 'mv000000000001']);
  await scene.agent.stop();

  for (const device of ['net1', 'net2']) {
    rmSync(recordFile(scene.agent, lost, device));
    for (const pod of [emptied, ended]) writeFileSync(recordFile(scene.agent, pod, device), '');
  }
  const unborn = await hostEndOf(scene.node, 'multivrf:customer-b:bgp/other:net2');
  await scene.node.run('ip', ['link', 'set', unborn, 'alias', '']);
  writeFileSync(stateFile('attachments', 'unknown,net1.json'), '{"version"');
  writeFileSync(stateFile('attachments', 'notes.json'), 'of an operator');
  writeFileSync(stateFile('vrfs', 'customer-a.json'), '{}');
  await scene.agent.start();
});
afterAll(() => scene?.close());

test('a pod whose files are lost stays attached, and its DEL removes its host ends', async () => {
  expect(await podEnds(lost)).toEqual(['net1', 'net2']);
  await scene.detach(lost, 'customer-a,customer-b');
  expect(await podEnds(lost)).toEqual([]);
});

test('an unmarked interface is never removed', async () => {
  expect(await linkNames(scene.node)).toContain('mv000000000000');
});

test('a file that cannot be read is removed when it belongs to nothing, and left when it is not ours', () => {
  expect(existsSync(stateFile('attachments', 'unknown,net1.json'))).toBe(false);
  expect(existsSync(stateFile('attachments', 'notes.json'))).toBe(true);
});

test('a recorded host end that a kill kept from being marked goes with its DEL', async () => {
  await scene.detach(other, 'customer-a,customer-b');
  expect(await podEnds(other)).toEqual([]);
});

test('a pod whose files cannot be read stays attached, and others come', async () => {
  await scene.attach(other, 'customer-a,customer-b');
  expect(await podEnds(emptied)).toEqual(['net1', 'net2']);
});

test('its addresses are given to nobody else', async () => {
  address = `${(await addressesOf(emptied.netns, 'net1'))[0]?.split('/')[0]}/24`;
  expect(await scene.refusal(await scene.pod('thief'), `customer-a=${address}`)).toMatchObject({
    code: 100,
    msg: expect.stringContaining('bgp/emptied'),
  });
});

test('its DEL removes host ends and files', async () => {
  await scene.detach(emptied, 'customer-a,customer-b');
  expect(await podEnds(emptied)).toEqual([]);
  for (const device of ['net1', 'net2']) expect(existsSync(recordFile(scene.agent, emptied, device))).toBe(false);
  await scene.attach(await scene.pod('heir'), `customer-a=${address}`);
});

test('its files go with its network namespace', async () => {
  await execa('ip', ['netns', 'del', ended.netns.realName]);
  expect(await collected(scene.agent, ended)).toBe(true);
  expect(await collected(scene.agent, ended, 'net2')).toBe(true);
});
