/** Which listeners serve a customer: those of the node never, unbound ones of a pod when it says so. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cluster, type Pod } from '../support/chain.ts';
import { describeCombinations } from '../support/combinations.ts';
import type { Netns } from '../support/netns.ts';
import { addressesOf, hostEndOf } from '../support/observe.ts';
import { ping } from '../support/ping.ts';
import { probe } from '../support/probe.ts';
import { connect, type Listener, listen } from '../support/tcp.ts';
import { pool, routerOf, uplinkOf, VrfScene } from '../support/vrf-scene.ts';

const port = { node: 10250, exposed: 179, hidden: 8080, router: 8179 };

/** Which of these addresses take a TCP connection. */
async function open(from: Netns, addresses: readonly string[], to: number, device?: string): Promise<string[]> {
  const targets = addresses.map((address) => ({ address, port: to }));
  const answers = await probe(from, targets, device);
  return addresses.filter((_, i) => answers[i]);
}

describeCombinations(
  (combination) => {
    const { mode, pod: side } = combination;
    const router = Object.values(routerOf[mode]);
    let scene: VrfScene;
    let any: Pod;
    const listeners: Listener[] = [];
    afterAll(async () => {
      for (const listener of listeners) listener.close();
      await scene?.close();
    });

    describe('pods', () => {
      let bound: Pod;
      const anyAddresses = [pool.pod4, pool.pod6];
      const boundAddresses = ['192.0.2.20', '2001:db8::20'];
      beforeAll(async () => {
        scene = await VrfScene.open(combination, { agent: { repair: false } });
        await scene.redefine({ accept: 'any', routes: [{ to: '0.0.0.0/0' }, { to: '::/0' }] });
        any = await scene.attach();
        const addresses = boundAddresses.map((address, i) => `${address}/${[24, 64][i]}`);
        bound = await scene.attach('bound', JSON.stringify([{ vrf: 'customer-a', addresses, accept: 'bound' }]));
        for (const { netns } of [any, bound]) listeners.push(listen(netns, port.exposed), listen(netns, port.hidden));
        listeners.push(listen(scene.customer.router, port.router));
      });

      test('with accept: any a wildcard listener serves the customer, on exposed ports only', async () => {
        expect(await open(scene.customer.router, anyAddresses, port.exposed)).toEqual(anyAddresses);
        expect(await open(scene.customer.router, anyAddresses, port.hidden)).toEqual([]);
      });

      test("with accept: any an unbound socket finds the customer's networks", () => {
        for (const address of router) connect(any.netns, address, port.router).close();
      });

      test(`without it a wildcard listener ${side === 'device' ? 'is closed' : 'is open (policy rules cannot close it)'}`, () => {
        for (const address of boundAddresses) {
          const attempt = () => connect(scene.customer.router, address, port.exposed).close();
          if (side === 'device') expect(attempt).toThrow(`connect to ${address}`);
          else expect(attempt).not.toThrow();
        }
      });

      test('without it an unbound socket does not find the customer', () => {
        for (const address of router) expect(() => connect(bound.netns, address, port.router)).toThrow(address);
      });

      test("the pod's cluster side is as it was, both ways", async () => {
        expect(await ping(any.netns, cluster.gateway4)).toBe(true);
        expect(await ping(any.netns, cluster.gateway6)).toBe(true);
        const eth0 = (await addressesOf(any.netns, 'eth0')).map((address) => address.split('/')[0]!);
        expect(await open(scene.node, eth0, port.hidden)).toEqual(eth0);
      });

      test('the customer does not reach the cluster side of the pod', async () => {
        const eth0 = (await addressesOf(any.netns, 'eth0')).map((address) => address.split('/')[0]!);
        const dev = scene.customer.interface;
        const routes = eth0.map((to, i) => `route replace ${to} via ${anyAddresses[i]} dev ${dev} onlink`);
        await scene.customer.router.run('ip', ['-batch', '-'], { input: `${routes.join('\n')}\n` });
        expect(await open(scene.customer.router, eth0, port.exposed)).toEqual([]);
      });

      if (side === 'device') {
        test('one pod cannot say any of one VRF and bound of another', async () => {
          await scene.addCustomer('customer-b', 'eth2');
          const annotation = JSON.stringify([{ vrf: 'customer-a', accept: 'any' }, { vrf: 'customer-b' }]);
          await expect(scene.attach('mixed', annotation)).rejects.toThrow(
            'accept is any in VRF customer-a and bound in VRF customer-b for one pod',
          );
        });
      }
    });

    test('tcp_l3mdev_accept and udp_l3mdev_accept on the node are reported, when they come and when they go', async () => {
      const { agent, node } = scene;
      const set = async (name: string, value: number) => {
        const from = agent.log().length;
        await node.setSysctl(`net/ipv4/${name}`, value);
        return agent.waitFor(({ sysctl }) => sysctl === `net.ipv4.${name}`, from);
      };
      for (const name of ['tcp_l3mdev_accept', 'udp_l3mdev_accept']) {
        const fix = `sysctl -w net.ipv4.${name}=0`;
        expect(await set(name, 1)).toMatchObject({ level: 50, value: '1', fix });
        expect(await set(name, 0)).toMatchObject({ level: 30, value: '0' });
        await node.setSysctl(`net/ipv4/${name}`, 1);
      }
    });

    if (mode === 'routed') {
      test('even with them no service of the node is open on its addresses in the VRF, and the filters are why', async () => {
        const { node, customer } = scene;
        listeners.push(listen(node, port.node));
        const own = Object.values(uplinkOf);
        const pod = any.netns;
        expect(await open(customer.router, own, port.node)).toEqual([]);
        expect(await open(pod, [...own, '169.254.1.1'], port.node, 'net1')).toEqual([]);
        for (const address of own) expect(await ping(pod, address, { device: 'net1' })).toBe(true);

        const hostEnd = await hostEndOf(scene.place(), 'multivrf:customer-a:bgp/speaker-0:net1');
        for (const dev of ['eth1', hostEnd]) await node.run('tc', ['qdisc', 'del', 'dev', dev, 'clsact']);
        expect(await open(customer.router, own, port.node)).toEqual(own);
        expect(await open(pod, own, port.node, 'net1')).toEqual(own);
      });
    }
  },
  ({ backend }) => backend === 'device',
);
