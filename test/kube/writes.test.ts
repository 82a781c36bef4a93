/** What pods with addresses of both families cost the API server when many start at once. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pods, vrfAttachments } from '../support/api-server/kinds.ts';
import type { LoggedRequest } from '../support/api-server/request-log.ts';
import { specWith } from '../support/scene.ts';
import { KubeScene } from './kube-scene.ts';
import { until } from './until.ts';

const count = 50;
const names = Array.from({ length: count }, (_, i) => `pod-${i}`);
const annotation = 'k8s.v1.cni.cncf.io/network-status';
const pools = [{ subnet: '192.0.2.0/24', gateway: '192.0.2.1' }, { subnet: '2001:db8:a::/64' }];

let scene: KubeScene;
beforeAll(async () => {
  scene = await KubeScene.open({ 'customer-a': specWith({ addresses: { pools } }) });
  for (const name of names) scene.podObject(name);
});
afterAll(() => scene?.close());

const isWrite = ({ verb }: LoggedRequest) => !['get', 'list', 'watch'].includes(verb);

test('four writes each: two addresses, the attachment, the annotation; and a few for the VRF that they have in common', async () => {
  const { log, store } = scene.server;
  log.clear();
  await Promise.all(names.map((name) => scene.attach(name)));
  await until(() => store.list(vrfAttachments).length === count || undefined);
  await until(() => store.list(pods).every(({ metadata }) => metadata.annotations?.[annotation]) || undefined);
  const written = log.list().filter(isWrite);
  const own = written.filter(({ resource }) => !resource.startsWith('vrfs'));
  expect(
    Object.entries(Object.groupBy(own, ({ verb, resource }) => `${verb} ${resource}`))
      .map(([what, all]) => [what, all?.length])
      .sort(),
  ).toEqual([
    ['create vrfaddresses', 2 * count],
    ['create vrfattachments', count],
    ['patch pods/status', count],
  ]);
  expect(written.length - own.length).toBeLessThanOrEqual(5);
});
