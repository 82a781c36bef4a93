/** A Linux bridge has at most 1,023 ports (BR_MAX_PORTS, net/bridge/br_private.h): the pod that comes then is told so. */
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { Netns } from '../support/netns.ts';
import { Scene, specWith } from '../support/scene.ts';

let scene: Scene;
afterEach(() => scene?.close());

test('a pod for which the bridge has no port is refused by name and number, and attached when one is free', async () => {
  scene = await Scene.open({ 'customer-a': specWith({ backend: 'namespace' }) });
  await scene.attach(await scene.pod('speaker-0'), 'customer-a');
  const vrf = Netns.at(join(scene.agent.netnsDirectory, 'customer-a'));
  // Both ends of 510 pairs and one of another; with the uplink and the first pod 1,023.
  const pairs = Array.from({ length: 511 }, (_, i) => `link add a${i} master customer-a type veth peer name b${i}\n`);
  const others = Array.from({ length: 510 }, (_, i) => `link set b${i} master customer-a\n`);
  await vrf.run('ip', ['-batch', '-'], { input: [...pairs, ...others].join('') });

  const pod = await scene.pod('speaker-1');
  expect(await scene.refusal(pod, 'customer-a')).toEqual({
    cniVersion: '1.0.0',
    code: 101,
    msg: expect.stringMatching(/^cannot add veth mv[0-9a-f]{12} in namespace customer-a: EXFULL$/),
    details:
      'a Linux bridge has at most 1,023 ports, and customer-a has them: run the pod on another node, or use mode: routed',
  });

  await vrf.run('ip', ['link', 'set', 'a7', 'nomaster']);
  expect(await scene.attach(pod, 'customer-a')).toMatchObject({ interfaces: expect.anything() });
});
