/** What a customer reaches: the pod, as far as it is exposed, and nothing else. And what the pod reaches through it. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { cluster, type Pod } from '../support/chain.ts';
import { describeCombinations } from '../support/combinations.ts';
import type { Customer } from '../support/customer.ts';
import type { Netns } from '../support/netns.ts';
import { addressesOf } from '../support/observe.ts';
import { ping } from '../support/ping.ts';
import { probe, type Target } from '../support/probe.ts';
import { connect, type Listener, listen } from '../support/tcp.ts';
import { pool, routerOf, uplinkOf, VrfScene } from '../support/vrf-scene.ts';

jest.setTimeout(120_000);

/** Addresses of each customer alone, behind its router. */
const behind = { a: ['203.0.113.1', '2001:db8:a::1'], b: ['203.0.113.2', '2001:db8:b::1'] };
const podB = ['192.0.2.77', '2001:db8::77'];
const service = { node: 10250, pod: 8080, router: 8179 };

/** ICMP echo and one TCP port of each address. */
function both(addresses: readonly string[], port: number): Target[] {
  return addresses.flatMap((address) => [{ address }, { address, port }]);
}

/** The targets that answered, readable. */
async function answering(from: Netns, targets: readonly Target[], device?: string): Promise<string[]> {
  const answers = await probe(from, targets, device);
  return targets.flatMap(({ address, port }, i) => (answers[i] ? [`${port ?? 'echo'} of ${address}`] : []));
}

const names = (targets: readonly Target[]) => targets.map(({ address, port }) => `${port ?? 'echo'} of ${address}`);

describeCombinations((combination) => {
  const routed = combination.mode === 'routed';
  const { address4: router4, address6: router6 } = routerOf[combination.mode];
  let scene: VrfScene;
  let customerB: Customer;
  let pod: Pod;
  let other: Pod;
  let neighbour: Pod;
  /** Everything that is none of the customer's business. */
  let forbidden: Target[];
  let eth0: string[];
  const listeners: Listener[] = [];

  const clusterAddresses = async ({ netns }: Pod) =>
    (await addressesOf(netns, 'eth0')).map((one) => one.split('/')[0] ?? '');

  beforeAll(async () => {
    scene = await VrfScene.open(combination);
    customerB = await scene.addCustomer('customer-b', 'eth2');
    pod = await scene.attach();
    other = await scene.attach(
      'speaker-b',
      `customer-b=${podB.map((address, i) => `${address}/${[24, 64][i]}`).join('+')}`,
    );
    neighbour = await scene.attach('neighbour', null);
    eth0 = await clusterAddresses(pod);
    forbidden = [
      ...both([cluster.gateway4, cluster.gateway6], service.node),
      ...both(
        [...eth0, ...(await clusterAddresses(neighbour)), ...(await clusterAddresses(other)), ...podB],
        service.pod,
      ),
      ...both(behind.b, service.router),
    ];
    // Wildcard listeners, as the kubelet and many a program have them.
    listeners.push(listen(scene.node, service.node), listen(pod.netns, 179, 'net1'));
    for (const { netns } of [pod, other, neighbour]) listeners.push(listen(netns, service.pod));
    for (const [customer, addresses] of [
      [scene.customer, behind.a],
      [customerB, behind.b],
    ] as const) {
      listeners.push(listen(customer.router, service.router));
      for (const address of addresses) await customer.router.run('ip', ['address', 'add', address, 'dev', 'lo']);
    }
  });
  afterAll(async () => {
    for (const listener of listeners) listener.close();
    await scene?.close();
  });

  describe('the probes can succeed:', () => {
    test("the customer reaches the pod's exposed port, and its ICMP", async () => {
      const targets = both([pool.pod4, pool.pod6], 179);
      expect(await answering(scene.customer.router, targets)).toEqual(names(targets));
    });

    test('the pod reaches its own customer', async () => {
      const targets = both([router4, router6], service.router);
      expect(await answering(pod.netns, targets, 'net1')).toEqual(names(targets));
    });

    test('pods in the cluster reach the node and each other', async () => {
      const targets = [...both([cluster.gateway4, cluster.gateway6], service.node), ...both(eth0, service.pod)];
      expect(await answering(neighbour.netns, targets)).toEqual(names(targets));
    });

    test('the other customer reaches its pod', async () => {
      const targets = podB.map((address) => ({ address }));
      expect(await answering(customerB.router, targets)).toEqual(names(targets));
    });
  });

  /** The next hops by which a customer could try: the segment itself, the pod, the node. */
  const ways: [string, readonly string[]][] = [
    ['on its own segment', []],
    ['through the pod', [pool.pod4, pool.pod6]],
    ...(routed ? [['through the node', [uplinkOf.address4, uplinkOf.address6]] as [string, string[]]] : []),
  ];

  test.each(ways)(
    "the customer's router reaches neither node, nor cluster, nor other customers %s",
    async (_, [via4, via6]) => {
      const { router, interface: dev } = scene.customer;
      const routes = [...new Set(forbidden.map(({ address }) => address))].map((address) => {
        const via = address.includes(':') ? via6 : via4;
        return `route replace ${address} ${via ? `via ${via}` : ''} dev ${dev} ${via ? 'onlink' : ''}`;
      });
      await router.run('ip', ['-batch', '-'], { input: `${routes.join('\n')}\n` });
      expect(await answering(router, forbidden)).toEqual([]);
    },
  );

  test("the customer's router does not reach what is not exposed", async () => {
    const wildcard = [pool.pod4, pool.pod6].map((address) => ({ address, port: service.pod }));
    const node = routed
      ? [uplinkOf.address4, uplinkOf.address6].map((address) => ({ address, port: service.node }))
      : [];
    expect(await answering(scene.customer.router, [...wildcard, ...node])).toEqual([]);
  });

  test("on the customer's segment only the pod, or the node's uplink, answers ARP", async () => {
    const { router, interface: dev } = scene.customer;
    const macOf = async (address: string) => {
      await router.run('ip', ['route', 'replace', address, 'dev', dev]);
      await ping(router, address, { tries: 1 });
      const [entry] = await router.ip<{ lladdr?: string }>('neigh', 'show', 'to', address, 'dev', dev);
      await router.run('ip', ['route', 'del', address]);
      return entry?.lladdr;
    };
    const nobodys = [cluster.gateway4, ...eth0.slice(0, 1), '169.254.1.1', podB[0] ?? ''];
    expect(await Promise.all(nobodys.map(macOf))).toEqual(nobodys.map(() => undefined));
    expect(await macOf(routed ? uplinkOf.address4 : pool.pod4)).toMatch(/^[0-9a-f:]{17}$/);
  });

  test('through its interface in the VRF the pod reaches neither node, nor cluster, nor other customers', async () => {
    // Its own addresses in the cluster are the pod's own affair.
    const targets = forbidden.filter(({ address }) => !eth0.includes(address));
    expect(await answering(pod.netns, targets, 'net1')).toEqual([]);
  });

  test("through its interface in the VRF the pod reaches no service on the node's own addresses there", () => {
    const own = routed ? ['169.254.1.1', uplinkOf.address4, uplinkOf.address6] : [];
    for (const address of own) {
      expect(() => connect(pod.netns, address, service.node, 'net1')).toThrow(`connect to ${address}`);
    }
  });
});
