/** A VRF may be open to some ServiceAccounts only: who runs as which, the API tells. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pods } from '../support/api-server/kinds.ts';
import { specWith } from '../support/scene.ts';
import { KubeScene } from './kube-scene.ts';
import { reserving } from './reserving.ts';

const access = { namespaces: ['bgp'], serviceAccounts: ['speaker'] };

let scene: KubeScene;
beforeAll(async () => {
  scene = await KubeScene.open({ 'customer-a': specWith({ access, ...reserving('seen') }) });
});
afterAll(() => scene?.close());

test('a pod that runs as one of them is attached, also one that the agent has not heard of', async () => {
  // Its node is not known yet, so that no watch tells of it.
  scene.server.put(pods, { namespace: 'bgp', name: 'new' }, { spec: { serviceAccountName: 'speaker' } });
  await scene.detach(await scene.attach('new'));
  expect(scene.server.log.counts()['get pods']).toBeGreaterThan(0);
});

test('a pod that runs as another is refused, and told as which', async () => {
  scene.podObject('web', { serviceAccountName: 'web' });
  const { pod, answer } = await scene.add('web');
  expect(answer).toMatchObject({
    code: 100,
    msg: 'VRF customer-a is not open to pod bgp/web, which runs as ServiceAccount web',
    details: expect.stringContaining('spec.access.serviceAccounts is speaker'),
  });
  await scene.detach(pod);
});

test('a pod that the API does not have is to be tried again', async () => {
  const { pod, answer } = await scene.add('ghost');
  expect(answer).toMatchObject({ code: 11, msg: expect.stringContaining('there is no pod bgp/ghost') });
  await scene.detach(pod);
});

test('while the API is away a pod that was seen is attached, and another is to be tried again', async () => {
  scene.podObject('seen', { serviceAccountName: 'speaker' });
  await scene.detach(await scene.attach('seen'));
  await scene.outage();
  await scene.detach(await scene.attach('seen'));
  const { pod, answer } = await scene.add('unseen');
  expect(answer).toMatchObject({
    code: 11,
    msg: expect.stringMatching(/pod bgp\/unseen is not known: .*ECONNREFUSED/),
  });
  await scene.detach(pod);
});
