/** The matrix's scene: a node in a network of its own, two customers with the same addresses, pods, and witnesses everywhere. */
import { hostEndName } from '../../agent/plan/names.ts';
import { startAgent, type TestAgent } from '../support/agent.ts';
import { add, cluster, makePod, type Pod, resultOf } from '../support/chain.ts';
import type { Combination } from '../support/combinations.ts';
import type { Customer } from '../support/customer.ts';
import { Lab } from '../support/lab.ts';
import { Netns } from '../support/netns.ts';
import { linksOf } from './describe.ts';
import { hostileNode, hostilePod } from './hostile.ts';
import {
  annotationOf,
  batch,
  connect,
  connectFabric,
  connectTrunk,
  type inVrf,
  spec,
  withoutIcmpLimits,
} from './topology.ts';
import { Witnesses } from './witness.ts';
import { nodeAddresses, type Pair, ports, type Vlans, type World } from './world.ts';

export interface SceneOptions {
  /** Node and pods have the worst sysctls before anything of a VRF exists. */
  hostile?: boolean;
  /** Both customers are VLANs on one cable. */
  vlans?: Vlans;
}

export class MatrixScene {
  readonly lab: Lab;
  readonly node: Netns;
  readonly agent: TestAgent;
  readonly combination: Combination;
  readonly namespaces = new Map<string, Netns>();
  readonly witnesses = new Witnesses();
  readonly customers: { a: Customer; b: Customer };
  readonly #pods = new Map<string, Pod>();
  /** The customers' VLANs, where both are on one cable. */
  vlans: Vlans | undefined;
  /** Whether {@link overlap} was called. */
  hasOverlap = false;

  private constructor(
    lab: Lab,
    node: Netns,
    agent: TestAgent,
    combination: Combination,
    customers: { a: Customer; b: Customer },
  ) {
    [this.lab, this.node, this.agent, this.combination] = [lab, node, agent, combination];
    this.customers = customers;
  }

  static async open(combination: Combination, { hostile = false, vlans }: SceneOptions = {}): Promise<MatrixScene> {
    const lab = Lab.open();
    try {
      const node = await lab.namespace('node');
      const outside = await lab.namespace('fabric');
      await connectFabric(node, outside);
      if (hostile) await hostileNode(node);
      const { a, b, trunk } = vlans
        ? await connectTrunk(lab, node, combination, vlans)
        : {
            a: await connect(lab, node, combination, 'a'),
            b: await connect(lab, node, combination, 'b'),
            trunk: undefined,
          };
      const agent = await startAgent(lab, node);
      const scene = new MatrixScene(lab, node, agent, combination, { a, b });
      if (trunk) scene.namespaces.set('trunk', trunk);
      scene.vlans = vlans;
      await agent.writeVrf('customer-a', spec(combination, 'eth1', vlans?.a));
      await agent.writeVrf('customer-b', spec(combination, vlans ? 'eth1' : 'eth2', vlans?.b));
      await scene.#populate(outside, hostile);
      return scene;
    } catch (error) {
      await lab.close();
      throw error;
    }
  }

  async #populate(outside: Netns, hostile: boolean): Promise<void> {
    await Promise.all([
      this.#attach('speaker-0', 'customer-a', hostile),
      this.#attach('peer', 'customer-a', hostile),
      this.#attach('speaker-b', 'customer-b', hostile),
      this.#attach('ordinary', undefined, hostile),
    ]);
    if (hostile) await hostileNode(this.node, 'all');
    await Promise.all([...new Set([this.node, this.place('a'), this.place('b')])].map(withoutIcmpLimits));
    const { a, b } = this.customers;
    const names: [string, Netns][] = [
      ['node', this.node],
      ['fabric', outside],
      ['router-a', a.router],
      ['router-b', b.router],
      ...[...this.#pods].map(([name, { netns }]): [string, Netns] => [name, netns]),
    ];
    for (const [name, netns] of names) this.namespaces.set(name, netns);
    await Promise.all(names.map(([name, netns]) => this.#watch(name, netns)));
    await this.#serve();
  }

  async #attach(name: string, vrf: string | undefined, hostile: boolean): Promise<void> {
    const pod = await makePod(this.lab, this.node, name);
    if (hostile) await hostilePod(pod.netns);
    const annotation = vrf && annotationOf(name as keyof typeof inVrf, vrf);
    resultOf(await add(this.lab, pod, annotation));
    this.#pods.set(name, pod);
  }

  async #watch(name: string, netns: Netns): Promise<void> {
    if (name === 'node') {
      // By its cables the customers' probes come in, whatever becomes of them: only what is beyond counts.
      this.witnesses.segment('node', netns, cluster.bridge, 'cluster');
      return;
    }
    const interfaces = new Map((await linksOf(netns)).map(({ ifindex, ifname }) => [ifindex, ifname]));
    this.witnesses.frames(name, netns, interfaces);
  }

  async #serve(): Promise<void> {
    await this.#join('node', this.node);
    this.witnesses.servers('node', this.node, ports.node);
    for (const [name, { netns }] of this.#pods) {
      this.witnesses.stack(name, netns);
      for (const port of [ports.wildcard, ports.closed]) this.witnesses.servers(name, netns, port);
      if (name !== 'ordinary') this.witnesses.servers(name, netns, ports.bound, 'net1');
    }
    for (const name of ['a', 'b'] as const)
      this.witnesses.servers(`router-${name}`, this.customers[name].router, ports.router);
    if (this.combination.backend === 'device') return;
    await Promise.all((['a', 'b'] as const).map((name) => this.#join(`vrf-${name}`, this.place(name))));
  }

  async #join(name: string, netns: Netns): Promise<void> {
    this.witnesses.memberStack(
      name,
      netns,
      (await linksOf(netns)).map(({ ifname }) => ifname),
    );
  }

  /** The namespace that holds a VRF's links on the node. */
  place(side: 'a' | 'b'): Netns {
    return this.combination.backend === 'device'
      ? this.node
      : Netns.at(`${this.agent.netnsDirectory}/customer-${side}`);
  }

  /** Name of the host end of a pod. */
  hostEnd(name: string): string {
    return hostEndName(this.#pods.get(name)?.containerId ?? '', 'net1');
  }

  /** Gives both routers every address of node and cluster as well. */
  async overlap(world: World): Promise<void> {
    const pairs: Pair[] = [
      nodeAddresses['node eth0'],
      nodeAddresses['node cni0'],
      world.ordinary.cluster,
      world.sides.a.pod.cluster,
    ];
    const lines = pairs.flatMap((pair) => [`address add ${pair[4]}/32 dev lo`, `address add ${pair[6]}/128 dev lo`]);
    for (const { router } of Object.values(this.customers)) await batch(router, lines);
    this.hasOverlap = true;
  }

  /** Empties ARP and neighbour tables everywhere, and forgets what ICMP errors have said of routes. */
  async forgetNeighbours(): Promise<void> {
    const everywhere = new Set([...this.namespaces.values(), this.place('a'), this.place('b')]);
    const script = 'ip neigh flush all; echo 1 >/proc/sys/net/ipv4/route/flush; ip -6 route flush cache';
    await Promise.all([...everywhere].map((netns) => netns.run('sh', ['-ec', script])));
  }

  async close(): Promise<void> {
    this.witnesses.close();
    await this.lab.close();
  }
}
