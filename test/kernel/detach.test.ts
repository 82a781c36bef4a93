/** DEL, and what is left afterwards: nothing of ours, all of everybody else's. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { add, del, isError, makePod, type Pod, resultOf, runMultivrf } from '../support/chain.ts';
import { describeCombinations } from '../support/combinations.ts';
import { linkNames } from '../support/observe.ts';
import { ping } from '../support/ping.ts';
import { eventually, snapshot } from '../support/snapshot.ts';
import { pool, VrfScene } from '../support/vrf-scene.ts';

describeCombinations((combination) => {
  describe('a pod that goes', () => {
    let scene: VrfScene;
    let before: unknown;
    beforeAll(async () => {
      scene = await VrfScene.open(combination);
      // The first pod of all brings the VRF and the cluster's bridge, which stay.
      resultOf(await del(scene.lab, await scene.attach('first'), 'customer-a'));
      before = await everything();
    });
    afterAll(() => scene?.close());

    const everything = async () => ({
      node: await snapshot(scene.node),
      vrf: await snapshot(scene.place()),
      records: readdirSync(join(scene.agent.stateDirectory, 'attachments')),
    });
    const detach = (pod: Pod) => runMultivrf(scene.lab, 'DEL', pod, 'customer-a', undefined);

    test('leaves nothing on the node, in the VRF and in the state directory', async () => {
      const pod = await scene.attach();
      expect(await everything()).not.toEqual(before);
      resultOf(await del(scene.lab, pod, 'customer-a'));
      expect(await linkNames(pod.netns)).not.toContain('net1');
      expect(await eventually(everything, before)).toEqual(before);
    });

    test('frees its addresses', async () => {
      for (const name of ['one', 'next']) {
        const pod = await scene.attach(name, 'customer-a=192.0.2.50/24');
        expect(await ping(scene.customer.router, '192.0.2.50')).toBe(true);
        resultOf(await del(scene.lab, pod, 'customer-a'));
      }
    });

    test('may be taken away again and again', async () => {
      const pod = await scene.attach();
      for (let time = 0; time < 3; time++) expect(isError(await detach(pod))).toBe(false);
      resultOf(await del(scene.lab, pod, 'customer-a'));
      expect(await eventually(everything, before)).toEqual(before);
    });

    test('may have lost its network namespace before', async () => {
      const pod = await scene.attach();
      await execa('ip', ['netns', 'del', pod.netns.realName]);
      resultOf(await del(scene.lab, pod, 'customer-a'));
      expect(await eventually(everything, before)).toEqual(before);
    });

    test('that was never attached is no error', async () => {
      expect(isError(await detach(await makePod(scene.lab, scene.node, 'stranger')))).toBe(false);
    });
  });

  describe('a VRF whose file is removed', () => {
    let scene: VrfScene;
    let pristine: unknown;
    let pod: Pod;
    beforeAll(async () => {
      scene = await VrfScene.open(combination);
      resultOf(await del(scene.lab, await scene.attach('plain', null), undefined));
      // What others made, some of it by the names and numbers that we use elsewhere.
      const foreign = [
        'ip link add customer-z type bridge',
        'ip link add mv000000000000 type veth peer name mv000000000001',
        'ip rule add pref 100 to 203.0.113.0/24 lookup 1001',
        'ip rule add pref 10 iif customer-z lookup 1001',
        'ip route add unreachable 203.0.113.0/24 table 1001',
        'tc qdisc add dev mv000000000000 clsact',
        "tc filter add dev mv000000000000 ingress pref 7 protocol all bpf bytecode '1,6 0 0 0'",
      ];
      await scene.node.run('sh', ['-ec', foreign.join('\n')]);
      pristine = await snapshot(scene.node);
      pod = await scene.attach();
      await scene.agent.removeVrf('customer-a');
    });
    afterAll(() => scene?.close());

    test('stays as long as a pod is attached', async () => {
      expect(await ping(scene.customer.router, pool.pod4)).toBe(true);
      await scene.agent.restart();
      expect(await ping(scene.customer.router, pool.pod4)).toBe(true);
    });

    test('takes no new pods', async () => {
      const late = await makePod(scene.lab, scene.node, 'late');
      expect(await add(scene.lab, late, 'customer-a')).toMatchObject({
        code: 100,
        msg: 'VRF customer-a does not exist',
      });
      await del(scene.lab, late, 'customer-a');
    });

    test('goes with its last pod: the uplink is back, everything of others is untouched', async () => {
      resultOf(await del(scene.lab, pod, 'customer-a'));
      expect(readdirSync(scene.agent.netnsDirectory)).toEqual([]);
      expect(readdirSync(join(scene.agent.stateDirectory, 'vrfs'))).toEqual([]);
      // An interface that comes back from another namespace is down.
      await scene.node.run('ip', ['link', 'set', 'eth1', 'up']);
      expect(await eventually(() => snapshot(scene.node), pristine)).toEqual(pristine);
    });
  });
});
