/** A pod's events tell its user why it does not start, and what becomes of its attachment. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { events, vrfAttachments } from '../support/api-server/kinds.ts';
import { specWith } from '../support/scene.ts';
import { KubeScene } from './kube-scene.ts';
import { until } from './until.ts';

let scene: KubeScene;
beforeAll(async () => {
  const elsewhere = specWith({ access: { namespaces: ['web'] } });
  scene = await KubeScene.open({ 'customer-a': specWith(), 'customer-w': elsewhere });
});
afterAll(() => scene?.close());

const eventsOf = (pod: string, reason: string) =>
  scene.server.store
    .list(events, 'bgp')
    .filter((one) => (one.involvedObject as { name: string }).name === pod && one.reason === reason);

test('a failed ADD is told with its message and details, and counted when it comes again', async () => {
  const uid = scene.podObject('closed');
  for (let i = 0; i < 2; i++) {
    const { pod } = await scene.add('closed', 'customer-w');
    await scene.detach(pod, 'customer-w');
  }
  const [event, ...more] = await until(
    () => eventsOf('closed', 'AttachFailed'),
    ([one]) => Number(one?.count) === 2,
  );
  expect(more).toEqual([]);
  expect(event).toMatchObject({
    involvedObject: { kind: 'Pod', namespace: 'bgp', name: 'closed', uid },
    type: 'Warning',
    message: expect.stringMatching(/^VRF customer-w is not open to pod bgp\/closed; spec.access.namespaces is web/),
    source: { component: 'multivrf', host: 'worker-1' },
  });
});

test('an attachment that loses its host end is degraded, and its pod is told', async () => {
  scene.podObject('lost');
  await scene.attach('lost');
  const attachment = () => scene.server.store.get(vrfAttachments, 'bgp', 'lost.customer-a');
  await until(attachment, ({ status }) => status !== undefined);
  const { hostEnd } = await scene.agent.waitFor(({ msg, pod }) => msg === 'attached' && pod === 'lost');
  await removeLink(String(hostEnd));
  const [event] = await until(
    () => eventsOf('lost', 'AttachmentDegraded'),
    (list) => list.length > 0,
  );
  expect(event?.message).toBe(`interface net1 in VRF customer-a: it has lost its host end ${hostEnd}`);
  const degraded = expect.objectContaining({ type: 'Degraded', status: 'True', reason: 'HostEndLost' });
  const { status } = await until(attachment, (one) => JSON.stringify(one.status).includes('HostEndLost'));
  expect(status).toEqual({ conditions: expect.arrayContaining([degraded]) });
});

/** Wherever the VRF's links are: on the node, or in a namespace of the VRF's own. */
async function removeLink(name: string): Promise<void> {
  const { node, agent } = scene;
  const onNode = await execa(node.enter[0]!, [...node.enter.slice(1), 'ip', 'link', 'del', name], { reject: false });
  if (onNode.exitCode === 0) return;
  await execa('nsenter', [`--net=${agent.netnsDirectory}/customer-a`, 'ip', 'link', 'del', name]);
}

test('while the API is away events are dropped and counted', async () => {
  scene.podObject('later');
  await scene.outage();
  const from = scene.agent.log().length;
  for (let i = 0; i < 2; i++) await scene.detach((await scene.add('closed', 'customer-w')).pod, 'customer-w');
  await scene.agent.waitFor(({ msg }) => msg.startsWith('events on pods are dropped'), from);
  await scene.recovery();
});
