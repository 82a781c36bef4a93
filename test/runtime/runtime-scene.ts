/** A node whose pods containerd runs, with the agent in a container, and a customer's router on a cable. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { stringify } from 'yaml';
import { type Customer, connectCustomer } from '../support/customer.ts';
import { Lab } from '../support/lab.ts';
import { leavesNothing } from '../support/leaves-nothing.ts';
import type { Netns } from '../support/netns.ts';
import { findRoot } from '../support/speakers/daemon.ts';
import { AgentContainer, vrfDirectory } from './agent-container.ts';
import { type ChainOptions, Containerd } from './containerd.ts';
import { Pod } from './pod.ts';

/** Of the customer's router, on the segment it shares with the pods. */
export const routerAddress = { v4: '192.0.2.1', v6: '2001:db8::1' } as const;
/** Reserved for the pod `speaker-0`. */
export const podAddress = { v4: '192.0.2.10', v6: '2001:db8::10' } as const;
/** Of the two sides of a BGP session. */
export const asn = { pod: 65001, router: 65010 } as const;

/** What a node with CAP_NET_ADMIN and any kernel can do; see combinations.ts. */
const vrf = {
  apiVersion: 'multivrf.dev/v1alpha1',
  kind: 'VRF',
  metadata: { name: 'customer-a' },
  spec: {
    mode: 'bridge',
    backend: 'device',
    uplinks: [{ interface: 'eth1' }],
    addresses: {
      pools: [
        { subnet: '192.0.2.0/24', gateway: routerAddress.v4 },
        { subnet: '2001:db8::/64', gateway: routerAddress.v6 },
      ],
      reservations: [{ namespace: 'bgp', pod: 'speaker-0', addresses: [`${podAddress.v4}/24`, `${podAddress.v6}/64`] }],
    },
    routes: [{ to: '0.0.0.0/0' }, { to: '::/0' }],
    access: { namespaces: ['bgp'] },
    expose: [{ protocol: 'icmp' }, { protocol: 'tcp', port: 179 }],
  },
};

/** The usual scene of this folder. */
export class RuntimeScene {
  readonly lab: Lab;
  readonly node: Netns;
  readonly customer: Customer;
  readonly runtime: Containerd;
  readonly agent: AgentContainer;

  private constructor(lab: Lab, node: Netns, customer: Customer, runtime: Containerd, agent: AgentContainer) {
    this.lab = lab;
    this.node = node;
    this.customer = customer;
    this.runtime = runtime;
    this.agent = agent;
  }

  /** With the agent running, and both networks as they are between pods. */
  static async open(chain: ChainOptions = {}): Promise<RuntimeScene> {
    const root = await findRoot();
    const lab = Lab.open();
    let runtime: Containerd | undefined;
    try {
      const node = await lab.namespace('node');
      const addresses = [`${routerAddress.v4}/24`, `${routerAddress.v6}/64`];
      const customer = await connectCustomer(lab, node, 'router', { uplink: 'eth1', addresses });
      runtime = await Containerd.start(lab, node, root, chain);
      for (const name of ['multivrf', vrfDirectory]) mkdirSync(join(runtime.machine.run, name));
      writeFileSync(join(runtime.machine.run, vrfDirectory, 'customer-a.yaml'), stringify(vrf));
      const agent = await AgentContainer.create(runtime);
      await agent.start();
      await runtime.chained();
      const scene = new RuntimeScene(lab, node, customer, runtime, agent);
      // The cluster's bridge and the VRF's outlive their pods. A pod that stays keeps the former's carrier.
      await scene.run('resident');
      await (await scene.run('first', 'customer-a')).remove();
      return scene;
    } catch (error) {
      await runtime?.stop();
      await lab.close();
      throw error;
    }
  }

  /** RunPodSandbox; without `attach` an ordinary pod. */
  run(name: string, attach?: string): Promise<Pod> {
    return Pod.run(this.runtime, name, attach === undefined ? {} : { attach });
  }

  /** Runs `action` with the agent stopped. */
  async withoutAgent(action: () => Promise<void>): Promise<void> {
    await this.agent.stop();
    try {
      await action();
    } finally {
      await this.agent.start();
    }
  }

  /** How many attachments the agent keeps a record of. */
  attachments(): number {
    return this.#count('state/attachments');
  }

  /** How many notes lie in the spool. */
  notes(): number {
    return this.#count('spool');
  }

  #count(directory: string): number {
    return readdirSync(join(this.runtime.machine.run, 'multivrf', directory)).length;
  }

  /**
   * Asserts that after `action` the node's network, the files of agent and CNI plugins, the network namespaces and
   * the runtime's list of pods are what they were.
   */
  async leavesNothing<T>(action: () => Promise<T>): Promise<T> {
    const before = await this.#runtimeState();
    const directories = [join(this.runtime.machine.run, 'multivrf')];
    const result = await leavesNothing({ namespaces: [this.node], directories }, action);
    expect(await this.#runtimeState()).toEqual(before);
    return result;
  }

  async #runtimeState() {
    const { items } = await this.runtime.cri.call('ListPodSandbox', {});
    const names = (path: string) => readdirSync(this.runtime.machine.path(path)).sort();
    return {
      pods: items.map(({ id }) => id).sort(),
      namespaces: names('/run/netns'),
      // Of host-local, the cluster's IPAM: a file for each address in use.
      leases: names('/var/lib/cni/networks/cluster'),
      results: names('/var/lib/cni/results'),
    };
  }

  /** Ends all of it. */
  async close(): Promise<void> {
    await this.runtime.stop();
    await this.lab.close();
  }
}
