/** CHECK takes annotation and prevResult into account, and what else is in pod and VRF does not disturb it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { add, makePod, resultOf } from '../support/chain.ts';
import { possible } from '../support/combinations.ts';
import { Attached, named } from '../support/drift.ts';

let attached: Attached;
beforeAll(async () => {
  attached = await Attached.open(possible.find(({ mode }) => mode === 'routed')!);
});
afterAll(() => attached?.close());

test('an annotation that asks for something else than what was attached', async () => {
  expect(named(await attached.check({ annotation: '[{"vrf":"customer-a","interface":"bgp0"}]' }))).toEqual([
    'the annotation now says interface bgp0, attached is net1',
  ]);
});

test('a VRF that the annotation asks for and that was not attached', async () => {
  expect(await attached.check({ annotation: 'customer-a,customer-c' })).toMatchObject({
    code: 102,
    msg: 'pod bgp/speaker-0: it is not attached to VRF customer-c, for which its annotation asks',
  });
});

test('a container that the agent knows nothing of', async () => {
  const stranger = await makePod(attached.scene.lab, attached.scene.node, 'stranger');
  expect(await attached.check({ pod: stranger })).toMatchObject({
    code: 102,
    msg: 'pod bgp/stranger: it is not attached to VRF customer-a, for which its annotation asks',
    details: expect.stringContaining('delete the pod'),
  });
});

test("a prevResult without the attachment's MAC and with another address", async () => {
  const { interfaces = [], ips = [] } = attached.prevResult;
  const net1 = interfaces.findIndex(({ name }) => name === 'net1');
  const prevResult = {
    ...attached.prevResult,
    interfaces: interfaces.map((one, i) => (i === net1 ? { ...one, mac: '02:00:00:00:00:01' } : one)),
    ips: [...ips, { address: '203.0.113.1/32', interface: net1 }],
  };
  expect(named(await attached.check({ prevResult }))).toEqual([
    `prevResult says MAC 02:00:00:00:00:01, attached is ${attached.mac}`,
    expect.stringMatching(/^prevResult gives it the address 203\.0\.113\.1\/32, attached is /),
  ]);
});

test('a second pod in the VRF and a second VRF in the pod are no drift', async () => {
  const { scene } = attached;
  await scene.addCustomer('customer-b', 'eth2');
  const pod = await makePod(scene.lab, scene.node, 'speaker-1');
  const annotation = 'customer-a=192.0.2.20/24,customer-b=192.0.2.21/24+2001:db8::21/64';
  const prevResult = resultOf(await add(scene.lab, pod, annotation));
  expect(await attached.check({ pod, annotation, prevResult })).toBeUndefined();
  expect(await attached.check()).toBeUndefined();
});

test('a VRF whose definition has changed since is compared with the new one', async () => {
  const { scene } = attached;
  await scene.redefine({ uplinks: [{ interface: 'eth1', addresses: ['198.51.100.2/24', '198.51.100.9/24'] }] });
  expect(await attached.check()).toBeUndefined();
  await scene.place().run('ip', ['address', 'del', '198.51.100.9/24', 'dev', 'eth1']);
  expect(named(await attached.check())).toEqual([
    expect.stringMatching(/^address 198\.51\.100\.9\/24 of uplink eth1 .* is missing$/),
  ]);
  await scene.agent.restart();
  expect(await attached.check()).toBeUndefined();
});

test('it changes nothing', async () => {
  const { scene, pod, hostEnd } = attached;
  await scene.place().run('ip', ['link', 'set', hostEnd, 'mtu', '1400']);
  const first = await attached.check();
  expect(named(first)).toEqual([expect.stringMatching(/has mtu 1400 instead of 1500$/)]);
  expect(await attached.check({ pod })).toEqual(first);
});
