/** The usual scene: a node with an agent, a customer's router on a cable, and pods in the customer's VRF. */
import { startAgent, type TestAgent, type VrfSpec } from './agent.ts';
import { add, type ChainOptions, makePod, type Pod, resultOf } from './chain.ts';
import type { Combination } from './combinations.ts';
import type { AgentOptions } from './confinement.ts';
import { type Customer, connectCustomer } from './customer.ts';
import { Lab } from './lab.ts';
import { Netns } from './netns.ts';

/** Addresses of the scene. Both customers use the same ones. */
export const pool = {
  subnet4: '192.0.2.0/24',
  subnet6: '2001:db8::/64',
  /** Reserved for the pod bgp/speaker-0. */
  pod4: '192.0.2.10',
  pod6: '2001:db8::10',
} as const;

/** The router's addresses: in bridge mode on the pods' segment, in routed mode across the uplink. */
export const routerOf = {
  bridge: { address4: '192.0.2.1', address6: '2001:db8::1' },
  routed: { address4: '198.51.100.1', address6: '2001:db8:1::1' },
} as const;

/** The node's addresses on the uplink in routed mode. */
export const uplinkOf = { address4: '198.51.100.2', address6: '2001:db8:1::2' } as const;

export interface SceneOptions {
  agent?: AgentOptions;
  /** VLAN of the uplink of customer-a. */
  vlan?: number;
}

/** `spec` of a VRF over an uplink, open to namespace bgp, that shows its pods' ICMP and BGP to the customer. */
function vrfSpec({ mode, backend, pod }: Combination, uplink: string, vlan?: number): VrfSpec {
  const routed = mode === 'routed';
  const router = routerOf[mode];
  const gateway = (address: string) => (routed ? {} : { gateway: address });
  return {
    mode,
    backend,
    pod,
    uplinks: [
      {
        interface: uplink,
        ...(vlan === undefined ? {} : { vlan }),
        ...(routed ? { addresses: [`${uplinkOf.address4}/24`, `${uplinkOf.address6}/64`] } : {}),
      },
    ],
    addresses: {
      pools: [
        { subnet: pool.subnet4, ...gateway(router.address4) },
        { subnet: pool.subnet6, ...gateway(router.address6) },
      ],
      reservations: [{ namespace: 'bgp', pod: 'speaker-0', addresses: [`${pool.pod4}/24`, `${pool.pod6}/64`] }],
    },
    routes: [{ to: '0.0.0.0/0' }, { to: '::/0' }],
    access: { namespaces: ['bgp'] },
    expose: [{ protocol: 'icmp' }, { protocol: 'tcp', port: 179 }],
  };
}

export class VrfScene {
  readonly lab: Lab;
  /** As customer-a is defined at the moment. */
  combination: Combination;
  readonly node: Netns;
  readonly agent: TestAgent;
  /** Customer-a, whose cable is `eth1`. */
  readonly customer: Customer;

  private constructor(lab: Lab, combination: Combination, node: Netns, agent: TestAgent, customer: Customer) {
    this.lab = lab;
    this.combination = combination;
    this.node = node;
    this.agent = agent;
    this.customer = customer;
  }

  /** A node with VRF customer-a defined. No pod yet, and so nothing of the VRF in the kernel. */
  static async open(combination: Combination, { agent: agentOptions, vlan }: SceneOptions = {}): Promise<VrfScene> {
    const lab = Lab.open();
    try {
      const node = await lab.namespace('node');
      const customer = await connectRouter(lab, node, combination, 'router-a', 'eth1', vlan);
      const agent = await startAgent(lab, node, agentOptions);
      await agent.writeVrf('customer-a', vrfSpec(combination, 'eth1', vlan));
      return new VrfScene(lab, combination, node, agent, customer);
    } catch (error) {
      await lab.close();
      throw error;
    }
  }

  /** Another customer with the same addresses, on another cable. */
  async addCustomer(name: string, uplink: string): Promise<Customer> {
    const customer = await connectRouter(this.lab, this.node, this.combination, `router-${name}`, uplink);
    await this.agent.writeVrf(name, vrfSpec(this.combination, uplink));
    return customer;
  }

  /** Writes the VRF of customer-a anew, with other fields in its spec; the agent adapts what stands. */
  async redefine(changes: VrfSpec): Promise<void> {
    await this.agent.writeVrf('customer-a', { ...vrfSpec(this.combination, 'eth1'), ...changes });
  }

  /** Writes the VRF of customer-a anew, as another combination. The router stays as it is until {@link rewire}. */
  async redefineAs(combination: Combination): Promise<void> {
    this.combination = combination;
    await this.redefine({});
  }

  /** Gives customer-a's router the addresses it has in the mode of the moment. */
  async rewire(): Promise<void> {
    const { router, interface: dev } = this.customer;
    const addresses = routerAddresses(this.combination).map((one) => `address add ${one} dev ${dev} nodad`);
    const lines = [`address flush dev ${dev} scope global`, ...addresses];
    await router.run('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });
    await addRoutes(router, this.combination);
  }

  /** A new pod through the whole chain; `null` for an ordinary one, without our annotation. */
  async attach(name = 'speaker-0', annotation: string | null = 'customer-a', options?: ChainOptions): Promise<Pod> {
    const pod = await makePod(this.lab, this.node, name);
    resultOf(await add(this.lab, pod, annotation ?? undefined, options));
    return pod;
  }

  /** The namespace that holds a VRF's links on the node. */
  place(vrf = 'customer-a'): Netns {
    return this.combination.backend === 'device' ? this.node : Netns.at(`${this.agent.netnsDirectory}/${vrf}`);
  }

  close(): Promise<void> {
    return this.lab.close();
  }
}

async function connectRouter(
  lab: Lab,
  node: Netns,
  combination: Combination,
  name: string,
  uplink: string,
  vlan?: number,
) {
  const customer = await connectCustomer(lab, node, name, {
    uplink,
    addresses: routerAddresses(combination),
    ...(vlan === undefined ? {} : { vlan }),
  });
  await addRoutes(customer.router, combination);
  return customer;
}

function routerAddresses({ mode }: Combination): string[] {
  const { address4, address6 } = routerOf[mode];
  return [`${address4}/24`, `${address6}/64`];
}

async function addRoutes(router: Netns, { mode }: Combination): Promise<void> {
  if (mode !== 'routed') return;
  await router.run('ip', ['route', 'replace', pool.subnet4, 'via', uplinkOf.address4]);
  await router.run('ip', ['route', 'replace', pool.subnet6, 'via', uplinkOf.address6]);
}
