/** Who is where, as the cluster sees it: VRFAttachments, and the annotation network-status of the pods. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { vrfAttachmentShape } from '../../agent/api/vrf-attachment.ts';
import { pods, vrfAttachments } from '../support/api-server/kinds.ts';
import type { KubeObject } from '../support/api-server/objects.ts';
import { specWith } from '../support/scene.ts';
import { KubeScene } from './kube-scene.ts';
import { reserving } from './reserving.ts';
import { until } from './until.ts';

const annotation = 'k8s.v1.cni.cncf.io/network-status';
const eth0 = { name: 'cluster', interface: 'eth0', ips: ['10.88.0.2'], default: true, dns: {} };

let scene: KubeScene;
beforeAll(async () => {
  scene = await KubeScene.open({ 'customer-a': specWith(reserving('fourth')) });
});
afterAll(() => scene?.close());

const object = (name: string) => scene.server.store.get(vrfAttachments, 'bgp', `${name}.customer-a`);
const isReady = ({ status }: KubeObject) => status !== undefined;
const writes = () => scene.server.log.list().filter(({ verb }) => !['get', 'list', 'watch'].includes(verb));

test('an attached pod has an object, which it owns, with conditions', async () => {
  const uid = scene.podObject('first', { annotations: { [annotation]: JSON.stringify([eth0]) } });
  await scene.attach('first');
  const found = await until(() => object('first'), isReady);
  expect(vrfAttachmentShape.parse(found)).toBeDefined();
  expect(found).toMatchObject({
    metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'first', uid }] },
    spec: { vrf: 'customer-a', pod: { name: 'first', uid }, node: 'worker-1', interface: 'net1' },
    status: {
      conditions: [
        { type: 'Attached', status: 'True' },
        { type: 'Isolated', status: 'True' },
        { type: 'Degraded', status: 'False' },
      ],
    },
  });
});

test('its network-status gains our interface and keeps those of others', async () => {
  const read = () =>
    JSON.parse(String(scene.server.store.get(pods, 'bgp', 'first')?.metadata.annotations?.[annotation]));
  const ours = { name: 'multivrf.dev/customer-a', interface: 'net1', ips: [expect.stringMatching(/^192\.0\.2\.\d+$/)] };
  expect(await until(read, (list) => list.length === 2)).toEqual([eth0, expect.objectContaining(ours)]);
  // Another plugin that knows of its own interfaces only.
  const { server } = scene;
  const pod = server.store.get(pods, 'bgp', 'first')!;
  const annotations = { [annotation]: JSON.stringify([{ ...eth0, mtu: 1450 }]) };
  server.put(pods, { namespace: 'bgp', name: 'first' }, { metadata: { annotations }, spec: pod.spec });
  const again = await until(read, (list) => list.length === 2);
  expect(again).toEqual([{ ...eth0, mtu: 1450 }, expect.objectContaining(ours)]);
});

test('one attachment costs its address, its object and the annotation: three writes of its own', async () => {
  scene.podObject('second');
  scene.server.log.clear();
  const pod = await scene.attach('second');
  await until(() => object('second'), isReady);
  await until(() => scene.server.store.get(pods, 'bgp', 'second')?.metadata.annotations?.[annotation]);
  const own = writes().filter(({ resource }) => !/^vrfs/.test(resource));
  expect(own.map(({ verb, resource }) => `${verb} ${resource}`).sort()).toEqual([
    'create vrfaddresses',
    'create vrfattachments',
    'patch pods/status',
  ]);
  await scene.detach(pod);
  await until(() => object('second') === undefined || undefined);
});

test('what happens while the API is away is told when it is back, and an agent that starts tells nothing twice', async () => {
  scene.podObject('third');
  const third = await scene.attach('third');
  await until(() => object('third'), isReady);
  await scene.outage();
  await scene.detach(third);
  scene.podObject('fourth');
  await scene.attach('fourth');
  await scene.recovery();
  await until(() => object('fourth'), isReady);
  await until(() => object('third') === undefined || undefined);
  scene.server.log.clear();
  await scene.agent.restart();
  await until(() => scene.server.log.counts()['list vrfattachments']);
  scene.podObject('fifth');
  await scene.attach('fifth');
  await until(() => object('fifth'), isReady);
  expect(writes().filter(({ name }) => /^(first|fourth)/.test(String(name)))).toEqual([]);
});

test('objects of attachments that are no more are deleted at the next start', async () => {
  await scene.agent.stop();
  const spec = { vrf: 'customer-a', pod: { name: 'gone', uid: 'u' }, interface: 'net1', addresses: [], mac: '' };
  const put = (name: string, node: string) =>
    scene.server.put(vrfAttachments, { namespace: 'bgp', name }, { spec: { ...spec, node } });
  put('gone.customer-a', 'worker-1');
  put('other.customer-a', 'worker-2');
  await scene.agent.start();
  await until(() => object('gone') === undefined || undefined);
  expect([object('first'), object('other')].map((one) => one?.kind)).toEqual(['VRFAttachment', 'VRFAttachment']);
});
