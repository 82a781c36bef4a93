/** VRF devices and routing tables of others are never taken over, and no two VRFs share a table. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { hasVrfDevices } from '../support/kernel.ts';
import { notOurs, Scene, specWith } from '../support/scene.ts';

let scene: Scene;
afterEach(() => scene?.close());

if (!hasVrfDevices()) test.skip('VRF devices of others are in the way: this kernel has none', () => {});
else
  describe('VRF devices', () => {
    const routed = (table?: number) =>
      specWith({ mode: 'routed', addresses: { pools: [{ subnet: '192.0.2.0/24' }] }, ...(table ? { table } : {}) });

    test.each(['bridge', 'routed'])('one of the name of the VRF on the node is in the way in mode %s', async (mode) => {
      scene = await Scene.open({
        'customer-a': specWith({ mode, addresses: { pools: [{ subnet: '192.0.2.0/24' }] } }),
      });
      await scene.node.run('ip', ['link', 'add', 'customer-a', 'type', 'vrf', 'table', '500']);
      expect(await scene.refusal(await scene.pod('speaker-0'), 'customer-a')).toEqual(notOurs('interface customer-a'));
    });

    test.each(['vrf table 700', 'bridge'])('one in the pod (%s) of the name of the VRF is in the way', async (kind) => {
      scene = await Scene.open({ 'customer-a': specWith() });
      const pod = await scene.pod('speaker-0');
      await pod.netns.run('ip', ['link', 'add', 'customer-a', 'type', ...kind.split(' ')]);
      expect(await scene.refusal(pod, 'customer-a')).toEqual(notOurs('interface customer-a in the pod'));
    });

    test.each([
      { user: 'a VRF device', command: 'link add blue type vrf table 1500', by: 'VRF device blue' },
      {
        user: 'a rule',
        command: 'rule add from 203.0.113.0/24 lookup 1500 priority 500',
        by: 'a rule of priority 500',
      },
      { user: 'routes', command: 'route add 203.0.113.0/24 dev lo table 1500', by: '1 routes, such as 203.0.113.0/24' },
    ])('a table that $user of somebody else uses is refused', async ({ command, by }) => {
      scene = await Scene.open({ 'customer-a': routed(1500) });
      await scene.node.run('ip', command.split(' '));
      expect(await scene.refusal(await scene.pod('speaker-0'), 'customer-a')).toEqual({
        cniVersion: '1.0.0',
        code: 101,
        msg: `VRF customer-a: table 1500 is in use by ${by}`,
        details: 'choose another spec.table, or leave it out to have a free one allocated',
      });
    });

    test('a table that somebody else uses is not allocated', async () => {
      scene = await Scene.open({ 'customer-a': routed() });
      await scene.node.run('ip', ['route', 'add', '203.0.113.0/24', 'dev', 'lo', 'table', '1001']);
      await scene.attach(await scene.pod('speaker-0'), 'customer-a');
      const [device] = await scene.node.ip<{ linkinfo: object }>('-d', 'link', 'show', 'customer-a');
      expect(device?.linkinfo).toMatchObject({ info_kind: 'vrf', info_data: { table: 1002 } });
    });

    test('VRFs that one pod asks for have tables of their own', async () => {
      const second = { ...routed(), uplinks: [] };
      scene = await Scene.open({ 'customer-a': routed(), 'customer-b': second });
      await scene.attach(await scene.pod('speaker-0'), 'customer-a,customer-b');
      const devices = await scene.node.ip<{ linkinfo: { info_data: { table: number } } }>(
        '-d',
        'link',
        'show',
        'type',
        'vrf',
      );
      expect(new Set(devices.map(({ linkinfo }) => linkinfo.info_data.table)).size).toBe(2);
    });
  });
