/** A request that fails half-way is undone: the attachments before, the VRFs made for them, the uplinks taken. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { hasVrfDevices } from '../support/kernel.ts';
import { Scene, specWith } from '../support/scene.ts';

let scene: Scene;
afterEach(() => scene?.close());

const pools4 = [{ subnet: '192.0.2.0/24' }];
/** In a pod without IPv6 the kernel refuses this one's address, at the very end. */
const onlyIpv6 = { uplinks: [], addresses: { pools: [{ subnet: '2001:db8::/64' }] } };

describe.each(hasVrfDevices() ? ['device', 'namespace'] : ['namespace'])('backend %s', (backend) => {
  describe.each(['bridge', 'routed'])('mode %s', (mode) => {
    const first = specWith({ mode, backend, addresses: { pools: pools4 } });
    const second = specWith({ mode, backend, ...onlyIpv6 });

    test('when the second VRF is unknown, the first is not made', async () => {
      scene = await Scene.open({ 'customer-a': first });
      expect(await scene.refusal(await scene.pod('speaker-0'), 'customer-a,customer-x')).toMatchObject({
        code: 100,
        msg: 'VRF customer-x does not exist',
      });
    });

    test('when the kernel refuses the second attachment, the first and both VRFs are undone', async () => {
      scene = await Scene.open({ 'customer-a': first, 'customer-b': second });
      const pod = await scene.pod('speaker-0');
      for (const which of ['all', 'default']) await pod.netns.setSysctl(`net/ipv6/conf/${which}/disable_ipv6`, 1);
      expect(await scene.refusal(pod, 'customer-a,customer-b')).toMatchObject({
        code: 101,
        msg: expect.stringMatching(/^cannot add address .* on interface net2 in the pod: EACCES/),
        details: 'IPv6 is switched off there (net.ipv6.conf.*.disable_ipv6)',
      });

      for (const which of ['all', 'default']) await pod.netns.setSysctl(`net/ipv6/conf/${which}/disable_ipv6`, 0);
      const { interfaces } = await scene.attach(pod, 'customer-a,customer-b');
      expect(interfaces?.slice(-2)).toMatchObject([{ name: 'net1' }, { name: 'net2' }]);
    });

    test('when it fails, a VRF that serves other pods stays as it is', async () => {
      scene = await Scene.open({ 'customer-a': first, 'customer-b': second });
      await scene.attach(await scene.pod('other'), 'customer-a,customer-b');
      const pod = await scene.pod('speaker-0');
      for (const which of ['all', 'default']) await pod.netns.setSysctl(`net/ipv6/conf/${which}/disable_ipv6`, 1);
      expect(await scene.refusal(pod, 'customer-a,customer-b')).toMatchObject({ code: 101 });
    });
  });
});
