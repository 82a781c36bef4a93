/** The reference plugins that write packet filters from the result they get: for eth0, not for the attachment. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Pod } from '../support/chain.ts';
import type { PluginConf } from '../support/cni-driver.ts';
import type { Scene } from '../support/scene.ts';
import { bridge, emptyPod, eth0Of, multivrf, network, openScene, podInterfaces } from './networks.ts';

const iptables = spawnSync('unshare', ['--net', 'iptables', '-t', 'nat', '-S'], { stdio: 'ignore' }).status === 0;

if (!iptables) test.skip('portmap and firewall: there is no working iptables here', () => {});
else
  describe('a chain with multivrf', () => {
    let scene: Scene;
    let pod: Pod;
    beforeAll(async () => {
      scene = await openScene();
      pod = await emptyPod(scene, 'speaker-0');
    });
    afterAll(() => scene?.close());

    const rules = () => scene.node.run('sh', ['-c', 'iptables-save; ip6tables-save']);
    const portmap = { type: 'portmap', capabilities: { portMappings: true }, snat: false };
    const portMappings = [{ hostPort: 8179, containerPort: 179, protocol: 'tcp' }];
    const chains: [string, () => PluginConf[]][] = [
      ['behind', () => [bridge(scene), multivrf(scene), portmap]],
      ['ahead of', () => [bridge(scene), portmap, multivrf(scene)]],
    ];

    test.each(chains)('portmap %s it leads a port of the node to eth0, and no longer after DEL', async (_, chain) => {
      const net = network(scene, '1.0.0', chain());
      const point = eth0Of(pod, 'customer-a', { portMappings });
      const { ips = [] } = await net.add(point);
      const [v4 = '', v6 = ''] = ips.map(({ address }) => address.replace(/\/.*/, ''));
      const targets = [...(await rules()).matchAll(/--to-destination (\S+)/g)].map(([, target]) => target);
      expect(targets).toEqual([`${v4}:179`, `[${v6}]:179`]);
      await net.check(point, ['multivrf']);
      await net.del(point);
      expect(await rules()).not.toContain('8179');
    });

    test('GC takes back the port and the attachment of a pod that is not listed', async () => {
      const net = network(scene, '1.1.0', [bridge(scene), multivrf(scene), portmap]);
      await net.add(eth0Of(pod, 'customer-a', { portMappings }));
      await net.status();
      await net.gc([]);
      expect(await rules()).not.toContain('8179');
      expect(await podInterfaces(pod)).toEqual(['lo']);
    });

    test('firewall lets eth0 through, and no longer after DEL', async () => {
      const firewall = { type: 'firewall', backend: 'iptables' };
      const net = network(scene, '1.0.0', [bridge(scene), multivrf(scene), firewall]);
      const point = eth0Of(pod, 'customer-a');
      const { ips = [] } = await net.add(point);
      expect(await rules()).toContain(`-s ${ips[0]?.address.replace(/\/.*/, '')}/32 -j ACCEPT`);
      await net.del(point);
      expect(await rules()).not.toMatch(/-s .* -j ACCEPT/);
    });
  });
