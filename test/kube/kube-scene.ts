/** A node of a cluster: an API server that it reaches, the real agent with its VRFs from there, and customers. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LogEntry, startAgent, type TestAgent, type VrfSpec } from '../support/agent.ts';
import { nodes, pods, vrfs } from '../support/api-server/kinds.ts';
import { kubeconfig } from '../support/api-server/kubeconfig.ts';
import { ApiServer } from '../support/api-server/server.ts';
import { type Answer, add, del, makePod, type Pod, resultOf } from '../support/chain.ts';
import type { AgentOptions } from '../support/confinement.ts';
import { connectCustomer } from '../support/customer.ts';
import { inside } from '../support/inside.ts';
import { Lab } from '../support/lab.ts';
import type { Netns } from '../support/netns.ts';
import { specWith } from '../support/scene.ts';
import { refuseUngranted } from './cluster-role.ts';

/** As the Node object is called. */
const nodeName = 'worker-1';

/** Of the customer's router; pods get addresses of 192.0.2.10 and up. */
export const router = '192.0.2.1';

interface PodObject {
  serviceAccountName?: string;
  annotations?: Record<string, string>;
}

export class KubeScene {
  readonly lab: Lab;
  readonly node: Netns;
  readonly customer: Netns;
  readonly server: ApiServer;
  readonly agent: TestAgent;

  private constructor(lab: Lab, node: Netns, customer: Netns, server: ApiServer, agent: TestAgent) {
    this.lab = lab;
    this.node = node;
    this.customer = customer;
    this.server = server;
    this.agent = agent;
  }

  /** A node with label `rack: r1`, whose eth1 leads to a customer's router, and these VRFs. */
  static async open(definitions: Record<string, VrfSpec> = {}, options: AgentOptions = {}): Promise<KubeScene> {
    const lab = Lab.open();
    try {
      const node = await lab.namespace('node');
      const customer = await connectCustomer(lab, node, 'router', { uplink: 'eth1', addresses: [`${router}/24`] });
      const server = new ApiServer({ within: (listen) => inside(node, listen) });
      await server.start();
      server.put(nodes, { name: nodeName }, { metadata: { labels: { rack: 'r1' } } });
      for (const [name, spec] of Object.entries(definitions)) server.put(vrfs, { name }, { spec });
      const file = join(lab.directory, 'kubeconfig');
      writeFileSync(file, kubeconfig(server));
      const args = ['--source', 'kubernetes', '--kubeconfig', file, '--node-name', nodeName, ...(options.args ?? [])];
      const agent = await startAgent(lab, node, { ...options, args });
      return new KubeScene(lab, node, customer.router, server, agent);
    } catch (error) {
      await lab.close();
      throw error;
    }
  }

  /** Writes a VRF as kubectl would, and waits until the agent has taken it up, or says what is wrong with it. */
  async define(name: string, changes: VrfSpec = {}): Promise<void> {
    await this.#told(name, () => this.server.put(vrfs, { name }, { spec: specWith(changes) }));
  }

  /** Deletes a VRF and waits until the agent has noticed. */
  async remove(name: string): Promise<void> {
    await this.#told(name, () => this.server.delete(vrfs, { name }));
  }

  /** The Pod object of a pod that is about to start, of which the agent hears; returns its uid. */
  podObject(name: string, { serviceAccountName = 'default', annotations = {} }: PodObject = {}): string {
    const spec = { nodeName, serviceAccountName };
    return this.server.put(pods, { namespace: 'bgp', name }, { metadata: { annotations }, spec }).metadata.uid;
  }

  /** Labels the node anew and waits until VRF `name` is another one by that. */
  async label(labels: Record<string, string>, name: string): Promise<void> {
    await this.#told(name, () => this.server.put(nodes, { name: nodeName }, { metadata: { labels } }));
  }

  async #told(name: string, action: () => void): Promise<void> {
    const from = this.agent.log().length;
    action();
    await this.agent.waitFor((entry) => tellsOf(entry, name), from);
  }

  /** The API goes, and the agent has noticed. */
  async outage(): Promise<void> {
    const from = this.agent.log().length;
    await this.server.stop();
    await this.agent.waitFor(({ msg }) => msg.startsWith('the Kubernetes API cannot be followed'), from);
  }

  /** The API comes back, and the agent has noticed. */
  async recovery(): Promise<void> {
    const from = this.agent.log().length;
    await this.server.start();
    await this.agent.waitFor(({ msg }) => msg === 'the Kubernetes API is followed again', from);
  }

  /** ADD of a new pod through the whole chain, with little patience: it may be told to try again until that is at its end. */
  async add(
    name: string,
    annotation = 'customer-a',
    conf: Record<string, unknown> = { timeoutSeconds: 3 },
  ): Promise<{ pod: Pod; answer: Answer }> {
    const pod = await makePod(this.lab, this.node, name);
    return { pod, answer: await add(this.lab, pod, annotation, { conf }) };
  }

  /** The same, where it is to succeed. */
  async attach(name: string, annotation?: string): Promise<Pod> {
    const { pod, answer } = await this.add(name, annotation, {});
    resultOf(answer);
    return pod;
  }

  async detach(pod: Pod, annotation = 'customer-a'): Promise<void> {
    resultOf(await del(this.lab, pod, annotation));
  }

  /** Throws when the agent has asked for what its ClusterRole does not grant. */
  async close(): Promise<void> {
    await this.agent.stop();
    await this.server.stop();
    await this.lab.close();
    refuseUngranted(this.server.log.list());
  }
}

function tellsOf({ changed, removed, msg }: LogEntry, name: string): boolean {
  const isNamed = [changed, removed].some((names) => Array.isArray(names) && names.includes(name));
  return isNamed || msg.startsWith(`VRF ${name}: `);
}
