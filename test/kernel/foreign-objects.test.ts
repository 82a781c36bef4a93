/** What multivrf did not make is never changed, deleted or taken over: it is in the way, and the error says so. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { hostEndName } from '../../agent/plan/names.ts';
import { Netns } from '../support/netns.ts';
import { notOurs, Scene, specWith } from '../support/scene.ts';

let scene: Scene;
afterEach(() => scene?.close());

const bridgeOnNode = specWith({ backend: 'device', pod: 'rules' });

describe('on the node', () => {
  test.each(['bridge', 'veth'])('a %s of the name of the VRF is in the way', async (kind) => {
    scene = await Scene.open({ 'customer-a': bridgeOnNode });
    await scene.node.run('ip', ['link', 'add', 'customer-a', 'type', kind]);
    expect(await scene.refusal(await scene.pod('speaker-0'), 'customer-a')).toEqual(notOurs('interface customer-a'));
  });

  test('a bridge of the name of the VRF that has the uplink already is in the way', async () => {
    scene = await Scene.open({ 'customer-a': bridgeOnNode });
    await scene.node.run('ip', ['link', 'add', 'customer-a', 'type', 'bridge']);
    await scene.node.run('ip', ['link', 'set', 'eth1', 'master', 'customer-a']);
    expect(await scene.refusal(await scene.pod('speaker-0'), 'customer-a')).toEqual(notOurs('interface customer-a'));
  });

  test('an interface of the name of the host end is in the way', async () => {
    scene = await Scene.open({ 'customer-a': bridgeOnNode });
    const pod = await scene.pod('speaker-0');
    const hostEnd = hostEndName(pod.containerId, 'net1');
    await scene.node.run('ip', ['link', 'add', hostEnd, 'type', 'bridge']);
    expect(await scene.refusal(pod, 'customer-a')).toMatchObject({
      code: 101,
      msg: expect.stringContaining(`cannot add veth ${hostEnd} on the node: EEXIST`),
      details: expect.stringContaining('already has an interface of that name'),
    });
  });

  test('a network namespace of the name of the VRF is in the way', async () => {
    scene = await Scene.open({ 'customer-a': specWith({ backend: 'namespace' }) });
    const foreign = await scene.lab.namespace('foreign');
    const path = `${scene.agent.netnsDirectory}/customer-a`;
    writeFileSync(path, '');
    await execa('mount', ['--bind', foreign.path, path]);
    const inside = Netns.at(path);
    await inside.run('ip', ['link', 'add', 'precious', 'type', 'bridge']);
    expect(await scene.refusal(await scene.pod('speaker-0'), 'customer-a')).toEqual(notOurs('namespace customer-a'));
    expect(await inside.ip('link')).toMatchObject([{ ifname: 'lo' }, { ifname: 'precious' }]);
  });

  test('a file where the namespace of the VRF would be mounted is in the way', async () => {
    scene = await Scene.open({ 'customer-a': specWith({ backend: 'namespace' }) });
    const path = `${scene.agent.netnsDirectory}/customer-a`;
    writeFileSync(path, 'notes');
    expect(await scene.refusal(await scene.pod('speaker-0'), 'customer-a')).toEqual({
      cniVersion: '1.0.0',
      code: 101,
      msg: `${path} is not a network namespace`,
      details: 'multivrf did not make it: remove it or name the VRF differently',
    });
  });

  test('a directory where the namespace of the VRF would be mounted is in the way', async () => {
    scene = await Scene.open({ 'customer-a': specWith({ backend: 'namespace' }) });
    const path = `${scene.agent.netnsDirectory}/customer-a`;
    mkdirSync(path);
    expect(await scene.refusal(await scene.pod('speaker-0'), 'customer-a')).toMatchObject({
      code: 101,
      msg: `${path} is not a network namespace`,
    });
  });

  test('what has lost our mark stays when the VRF is removed', async () => {
    scene = await Scene.open({ 'customer-a': bridgeOnNode });
    const pod = await scene.pod('speaker-0');
    await scene.attach(pod, 'customer-a');
    await scene.detach(pod, 'customer-a');
    await scene.node.run('ip', ['link', 'set', 'customer-a', 'alias', 'mine now']);
    await scene.agent.removeVrf('customer-a');
    await scene.agent.waitFor(({ msg }) => msg === 'VRF removed from this node');
    expect(await scene.node.ip('link', 'show', 'customer-a')).toMatchObject([{ ifalias: 'mine now' }]);
  });
});

describe('in the pod', () => {
  test('an interface that the pod has already is not taken for the attachment', async () => {
    scene = await Scene.open({ 'customer-a': specWith() });
    const pod = await scene.pod('speaker-0');
    await pod.netns.run('ip', ['link', 'add', 'bgp0', 'type', 'bridge']);
    expect(await scene.refusal(pod, '[{"vrf":"customer-a","interface":"bgp0"}]')).toEqual({
      cniVersion: '1.0.0',
      code: 100,
      msg: 'interface bgp0, asked for in VRF customer-a, exists in the pod already',
      details: 'choose a name other than lo, eth0, bgp0, or leave "interface" out',
    });
  });

  test('a name chosen for the attachment is one that nothing has', async () => {
    scene = await Scene.open({ 'customer-a': specWith() });
    const pod = await scene.pod('speaker-0');
    await pod.netns.run('ip', ['link', 'add', 'net1', 'type', 'bridge']);
    const { interfaces } = await scene.attach(pod, 'customer-a');
    expect(interfaces?.at(-1)?.name).toBe('net2');
  });
});
