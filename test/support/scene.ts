/** A node with an agent, and pods that have their cluster interface already: where requests are refused. */
import type { CniResult } from '../../common/cni.ts';
import type { CniErrorBody } from '../../common/errors.ts';
import { startAgent, type TestAgent, type VrfSpec } from './agent.ts';
import { type ChainOptions, isError, makePod, type Pod, resultOf, runBridge, runMultivrf } from './chain.ts';
import type { AgentOptions } from './confinement.ts';
import { connectCustomer } from './customer.ts';
import { Lab } from './lab.ts';
import { leavesNothing } from './leaves-nothing.ts';
import type { Netns } from './netns.ts';

/** A valid spec that takes the whole of eth1 and is open to pods in `bgp`, with what a test changes of it. */
export function specWith(changes: VrfSpec = {}): VrfSpec {
  const pools = [{ subnet: '192.0.2.0/24', range: '192.0.2.10-192.0.2.99', gateway: '192.0.2.1' }];
  return {
    mode: 'bridge',
    uplinks: [{ interface: 'eth1' }],
    addresses: { pools },
    access: { namespaces: ['bgp'] },
    ...changes,
  };
}

/** The error about an object that exists and lacks our mark. */
export const notOurs = (what: string): CniErrorBody & { cniVersion: string } => ({
  cniVersion: '1.0.0',
  code: 101,
  msg: `${what} exists already and was not made by multivrf`,
  details: 'multivrf changes nothing that lacks its mark: remove or rename it, or give the VRF another name',
});

export class Scene {
  readonly lab: Lab;
  readonly node: Netns;
  readonly agent: TestAgent;
  readonly #clusterResults = new Map<Pod, CniResult>();

  private constructor(lab: Lab, node: Netns, agent: TestAgent) {
    this.lab = lab;
    this.node = node;
    this.agent = agent;
  }

  /** A node whose eth1 leads to a customer's router and whose agent serves these VRFs. */
  static async open(vrfs: Record<string, VrfSpec>, options: AgentOptions = {}): Promise<Scene> {
    const lab = Lab.open();
    const node = await lab.namespace('node');
    await connectCustomer(lab, node, 'router', { uplink: 'eth1', addresses: ['192.0.2.1/24'] });
    const scene = new Scene(lab, node, await startAgent(lab, node, options));
    try {
      for (const [name, spec] of Object.entries(vrfs)) await scene.agent.writeVrf(name, spec);
    } catch (error) {
      await scene.close();
      throw error;
    }
    return scene;
  }

  /** A pod with the cluster's eth0. */
  async pod(name: string, namespace?: string): Promise<Pod> {
    const pod = await makePod(this.lab, this.node, name, namespace);
    this.#clusterResults.set(pod, resultOf(await runBridge(this.lab, 'ADD', pod)));
    return pod;
  }

  /** An attachment that is to succeed. */
  async attach(pod: Pod, annotation: string): Promise<CniResult> {
    return resultOf(await runMultivrf(this.lab, 'ADD', pod, annotation, this.#clusterResults.get(pod)));
  }

  /** DEL of what {@link attach} made; the pod keeps its eth0. */
  async detach(pod: Pod, annotation: string): Promise<void> {
    resultOf(await runMultivrf(this.lab, 'DEL', pod, annotation, undefined));
  }

  /** The error of an attachment that is to be refused; asserts that it leaves nothing in node, pod, state and namespaces. */
  async refusal(pod: Pod, annotation: string, options?: ChainOptions): Promise<CniErrorBody> {
    const request = () => runMultivrf(this.lab, 'ADD', pod, annotation, this.#clusterResults.get(pod) ?? {}, options);
    const answer = await this.leavesNothing([pod], request);
    if (isError(answer)) return answer;
    throw new Error(`attached instead of refused: ${JSON.stringify(answer)}`);
  }

  /** Asserts that `action` changes nothing in the node, these pods and the agent's directories. */
  leavesNothing<T>(pods: readonly Pod[], action: () => Promise<T>): Promise<T> {
    const namespaces = new Set([this.node, ...pods.map(({ netns }) => netns)]);
    const { stateDirectory, netnsDirectory } = this.agent;
    return leavesNothing({ namespaces: [...namespaces], directories: [stateDirectory, netnsDirectory] }, action);
  }

  async close(): Promise<void> {
    await this.agent.stop();
    await this.lab.close();
  }
}
