/** `kubectl delete -k` takes plugin and chain entry off every node; nothing else that ends an agent does. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { InstalledScene } from './installed-scene.ts';

const gone = { plugin: false, entry: false };
const there = { plugin: true, entry: true };

let scene: InstalledScene;
beforeAll(async () => {
  scene = await InstalledScene.open();
});
afterAll(() => scene?.close());

/** What a role, or all of them, going away means for the agent. */
const forbidAll = () => {
  for (const resource of ['namespaces', 'daemonsets', 'pods', 'nodes', 'vrfs', 'vrfaddresses'])
    for (const verb of ['get', 'list', 'watch']) scene.kube.server.forbidden.add(`${verb} ${resource}`);
};

describe('plugin and entry go, and the conflist is what it was byte for byte, when', () => {
  beforeEach(() => scene.install());

  test('the DaemonSet is deleted', async () => {
    scene.deleteDaemonSet();
    await scene.endPod();
    expect(scene.installed()).toEqual(gone);
  });

  test('it is deleted, and waits for its pods (--cascade=foreground)', async () => {
    scene.deleteDaemonSet(['foregroundDeletion']);
    await scene.endPod();
    expect(scene.installed()).toEqual(gone);
  });

  test('the namespace is deleted, and then role and ServiceAccount before the agent is told to end', async () => {
    await scene.deleteNamespace();
    forbidAll();
    await scene.endPod();
    expect(scene.installed()).toEqual(gone);
  });

  test('the namespace is deleted, and the ClusterRole, and the DaemonSet not yet', async () => {
    await scene.deleteNamespace();
    scene.kube.server.forbidden.add('get namespaces');
    await scene.endPod();
    expect(scene.installed()).toEqual(gone);
  });

  test('the namespace is deleted, and then the API goes away', async () => {
    await scene.deleteNamespace();
    await scene.kube.server.stop();
    await scene.endPod();
    expect(scene.installed()).toEqual(gone);
  });

  test('the role goes first, and the namespace is deleted while the agent waits for word', async () => {
    forbidAll();
    const ending = scene.endPod();
    await sleep(500);
    await scene.deleteNamespace();
    await ending;
    expect(scene.installed()).toEqual(gone);
  });
});

describe('nothing is removed when', () => {
  beforeEach(() => scene.install());
  afterEach(() => expect(scene.installed()).toEqual(there));

  test('the DaemonSet is updated', async () => {
    scene.putDaemonSet({ spec: { template: { spec: { priorityClassName: 'other' } } } });
    await scene.endPod();
  });

  test('another DaemonSet of its name has taken its place', async () => {
    scene.deleteDaemonSet();
    scene.putDaemonSet();
    await scene.endPod();
  });

  test('the API is away', async () => {
    await scene.kube.server.stop();
    await scene.endPod();
  });

  test('the API does not answer', async () => {
    scene.kube.server.hang(true);
    await scene.endPod();
    scene.kube.server.hang(false);
  });

  test('the API refuses all questions (403)', async () => {
    forbidAll();
    scene.kube.server.watches.cut();
    await scene.endPod();
  });

  test('the API knows the agent no longer (401)', async () => {
    const { server } = scene.kube;
    const { token } = server;
    server.token = 'another';
    server.watches.cut();
    await scene.endPod();
    server.token = token;
  });

  test('the agent is killed, though the DaemonSet is deleted', async () => {
    scene.deleteDaemonSet();
    await scene.endPod('SIGKILL');
  });
});

test('where the runtime may end pods with the chain they were started with (CRI-O), the binary stays for them', async () => {
  await scene.install('cri-o://1.34.0');
  scene.deleteDaemonSet();
  await scene.endPod();
  expect(scene.installed()).toEqual({ plugin: true, entry: false });
});
