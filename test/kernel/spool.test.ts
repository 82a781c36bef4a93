/** Notes of DELs that found no agent: done before anything else when it is back. */
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { noteName } from '../../common/protocol.ts';
import type { Pod } from '../support/chain.ts';
import { recordFiles, spoolOf } from '../support/housekeeping.ts';
import { linkNames } from '../support/observe.ts';
import { Scene, specWith } from '../support/scene.ts';
import { eventually } from '../support/snapshot.ts';

const annotation = 'customer-a=192.0.2.50/24';
let scene: Scene;
let pod: Pod;
beforeAll(async () => {
  scene = await Scene.open({ 'customer-a': specWith({ uplinks: [] }) });
  pod = await scene.pod('speaker-0');
});
afterAll(() => scene?.close());

const spool = () => readdirSync(spoolOf(scene.agent)).sort();

/** What the plugin would have written. */
function writeNote({ containerId }: Pod): string {
  const key = { network: 'cluster', containerId, ifname: 'eth0' };
  const note = { protocol: 1, verb: 'DEL', ...key, timeout: 1000, netns: '', args: '', hasSocket: false };
  writeFileSync(spoolOf(scene.agent, noteName(key)), JSON.stringify(note));
  return noteName(key);
}

test('a DEL without the agent succeeds, and is done when the agent returns', async () => {
  await scene.attach(pod, annotation);
  await scene.agent.stop();
  for (let time = 0; time < 2; time++) await scene.detach(pod, annotation);
  expect(spool()).toHaveLength(1);
  expect(await linkNames(pod.netns)).toContain('net1');

  await scene.agent.start();
  expect([spool(), recordFiles(scene.agent)]).toEqual([[], []]);
  expect(await linkNames(pod.netns)).not.toContain('net1');
});

test('notes that cannot be read are moved aside, and hold up neither the agent nor the others', async () => {
  await scene.attach(pod, annotation);
  await scene.agent.stop();
  const good = writeNote(pod);
  const bad: Record<string, string> = {
    'empty.json': '',
    'half.json': '{"protocol":1,"verb":"DE',
    'list.json': '[]',
    'types.json': '{"protocol":1,"verb":"DEL","network":1}',
    'add.json': '{"protocol":1,"verb":"STATUS","network":"cluster","timeout":1}',
    [good.replace('.json', 'x.json')]: '{}',
    '%.json': '{}',
  };
  for (const [name, text] of Object.entries(bad)) writeFileSync(spoolOf(scene.agent, name), text);
  mkdirSync(spoolOf(scene.agent, 'directory.json'));
  symlinkSync('/etc/hostname', spoolOf(scene.agent, 'link.json'));
  await execa('mkfifo', [spoolOf(scene.agent, 'pipe.json')]);
  writeFileSync(spoolOf(scene.agent, '.123.tmp'), 'another plugin is writing');

  await scene.agent.start();
  const names = [...Object.keys(bad), 'directory.json', 'link.json', 'pipe.json'];
  expect(spool()).toEqual(['.123.tmp', ...names.map((name) => `${name}.bad`)].sort());
  const told = scene.agent.log().filter(({ msg }) => msg.startsWith('unreadable note'));
  expect(told.map(({ note }) => note).sort()).toEqual(names.map((name) => spoolOf(scene.agent, name)).sort());
  expect(recordFiles(scene.agent)).toEqual([]);
});

test('a note that comes while the agent runs is done before the next ADD', async () => {
  await scene.attach(pod, annotation);
  writeNote(pod);
  const heir = await scene.pod('heir');
  await scene.attach(heir, annotation);
  expect(recordFiles(scene.agent)).toEqual([`${heir.containerId},net1.json`]);
});

test('a note is done without any other request as well', async () => {
  const [heir] = recordFiles(scene.agent);
  const containerId = heir!.slice(0, heir!.indexOf(','));
  writeNote({ ...pod, containerId });
  expect(await eventually(async () => recordFiles(scene.agent), [])).toEqual([]);
});
