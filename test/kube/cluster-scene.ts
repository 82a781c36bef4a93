/** Two nodes of a cluster, each with the real agent and a customer's segment, on one API server. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CniResult } from '../../common/cni.ts';
import { startAgent, type TestAgent, type VrfSpec } from '../support/agent.ts';
import { nodes, pods, vrfAddresses, vrfs } from '../support/api-server/kinds.ts';
import { kubeconfig } from '../support/api-server/kubeconfig.ts';
import { ApiServer } from '../support/api-server/server.ts';
import { type Answer, makePod, type Pod, resultOf, runMultivrf } from '../support/chain.ts';
import { connectCustomer } from '../support/customer.ts';
import { inside } from '../support/inside.ts';
import { Lab } from '../support/lab.ts';
import type { Netns } from '../support/netns.ts';

/** A node: its agent has directories of its own. */
export interface TestNode {
  name: string;
  lab: Lab;
  netns: Netns;
  agent: TestAgent;
}

export interface ClusterPod extends Pod {
  on: TestNode;
}

export interface PodOptions {
  /** One of a StatefulSet. */
  statefulSet?: boolean;
  /** Its annotation in the API. */
  attach?: string;
}

/** What a test asks of a VRFAddress. */
export interface AddressSpec {
  vrf: string;
  address: string;
  pod: { namespace: string; name: string; uid: string };
  node: string;
  sticky: boolean;
}

/** Where both nodes find the API server: on the first. */
const apiAddress = '10.99.0.1';

/** What the cluster's own plugin would have said; its interface is of no interest here. */
const before: CniResult = { cniVersion: '1.0.0', interfaces: [], ips: [] };

export class ClusterScene {
  readonly server: ApiServer;
  readonly nodes: [TestNode, TestNode];

  private constructor(server: ApiServer, both: [TestNode, TestNode]) {
    this.server = server;
    this.nodes = both;
  }

  /** Agents that look for addresses of pods that are gone once a second. */
  static async open(definitions: Record<string, VrfSpec>): Promise<ClusterScene> {
    const labs = [Lab.open(), Lab.open()] as const;
    try {
      const first = await labs[0].namespace('node');
      const second = await labs[1].namespace('node');
      const link = ['link', 'add', 'mgmt', 'type', 'veth', 'peer', 'name', 'mgmt', 'netns', second.realName];
      await first.run('ip', link);
      for (const [node, address] of [
        [first, apiAddress],
        [second, '10.99.0.2'],
      ] as const)
        await node.run('ip', ['-batch', '-'], { input: `address add ${address}/24 dev mgmt\nlink set mgmt up\n` });
      const server = new ApiServer({ within: (listen) => inside(first, listen) });
      await server.start();
      for (const [name, spec] of Object.entries(definitions)) server.put(vrfs, { name }, { spec });
      const node = (lab: Lab, netns: Netns, name: string) => startNode(server, lab, netns, name);
      return new ClusterScene(
        server,
        await Promise.all([node(labs[0], first, 'worker-1'), node(labs[1], second, 'worker-2')]),
      );
    } catch (error) {
      for (const lab of labs) await lab.close();
      throw error;
    }
  }

  /** A pod of the API in namespace `bgp` that is scheduled to a node, and its sandbox there. One of that name before it is gone. */
  async pod(on: TestNode, name: string, { statefulSet = false, attach }: PodOptions = {}): Promise<ClusterPod> {
    if (this.server.store.get(pods, 'bgp', name)) this.deletePod(name);
    const owner = { apiVersion: 'apps/v1', kind: statefulSet ? 'StatefulSet' : 'ReplicaSet', name, uid: randomUUID() };
    const { metadata } = this.server.put(
      pods,
      { namespace: 'bgp', name },
      {
        spec: { nodeName: on.name },
        metadata: {
          ownerReferences: [{ ...owner, controller: true }],
          ...(attach && { annotations: { 'multivrf.dev/attach': attach } }),
        },
      },
    );
    return { ...(await this.sandbox(on, name)), uid: metadata.uid };
  }

  /** A sandbox of which the API knows nothing. */
  async sandbox(on: TestNode, name: string): Promise<ClusterPod> {
    return { ...(await makePod(on.lab, on.netns, name)), on };
  }

  /** A node of which nothing is heard any more. */
  async kill(node: TestNode): Promise<void> {
    await node.agent.kill();
    const status = { conditions: [{ type: 'Ready', status: 'Unknown' }] };
    this.server.store.put(nodes, { ...this.server.store.get(nodes, undefined, node.name)!, status });
  }

  /** Puts a VRFAddress there that some agent has made. */
  leave(address: string, pod: { name: string; uid: string }, node: string): string {
    const name = `customer-a.${address}`;
    const spec = { vrf: 'customer-a', address, pod: { namespace: 'bgp', ...pod }, node, sticky: false };
    this.server.put(vrfAddresses, { name }, { spec });
    return name;
  }

  /** What is left of a pod whose API object is deleted is up to the kubelet. */
  deletePod(name: string): void {
    this.server.delete(pods, { namespace: 'bgp', name });
  }

  /** ADD by the plugin alone, with little patience: it may be told to try again until that is at its end. */
  add(
    pod: ClusterPod,
    annotation = 'customer-a',
    conf: Record<string, unknown> = { timeoutSeconds: 3 },
  ): Promise<Answer> {
    return runMultivrf(pod.on.lab, 'ADD', pod, annotation, before, { conf });
  }

  /** The ADD's interface and address, where it is to succeed. */
  async face(pod: ClusterPod, annotation?: string): Promise<{ mac: string | undefined; address: string }> {
    const { interfaces = [], ips = [] } = resultOf(await this.add(pod, annotation, {}));
    return { mac: interfaces.at(-1)?.mac, address: ips[0]!.address.split('/')[0]! };
  }

  /** The addresses of an ADD that is to succeed, without prefix lengths. */
  async attach(pod: ClusterPod, annotation?: string): Promise<string[]> {
    const { ips = [] } = resultOf(await this.add(pod, annotation, {}));
    return ips.map(({ address }) => address.split('/')[0]!);
  }

  async detach(pod: ClusterPod): Promise<void> {
    resultOf(await runMultivrf(pod.on.lab, 'DEL', pod, 'customer-a', undefined));
  }

  /** All VRFAddresses, by name. */
  addresses(): Map<string, AddressSpec> {
    return new Map(
      this.server.store.list(vrfAddresses).map(({ metadata, spec }) => [metadata.name, spec as AddressSpec]),
    );
  }

  /** Writes to VRFAddresses since the log was cleared, as `create NAME`. */
  writes(): string[] {
    const all = this.server.log.list().filter(({ resource }) => resource === 'vrfaddresses');
    return all
      .filter(({ verb }) => !['get', 'list', 'watch'].includes(verb))
      .map(({ verb, name }) => `${verb} ${name ?? ''}`.trim());
  }

  /** Waits until there is such a state of the addresses; throws with what they are. */
  async until(holds: (addresses: Map<string, AddressSpec>) => boolean, deadline = 15_000): Promise<void> {
    const end = Date.now() + deadline;
    while (!holds(this.addresses())) {
      if (Date.now() > end) throw new Error(`the addresses stay ${JSON.stringify([...this.addresses()])}`);
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }

  /** Waits until an agent says that it follows the API, or does not. */
  async outage(): Promise<void> {
    const from = this.nodes.map(({ agent }) => agent.log().length);
    await this.server.stop();
    const gone = ({ msg }: { msg: string }) => msg.startsWith('the Kubernetes API cannot be followed');
    await Promise.all(this.nodes.map(({ agent }, i) => agent.waitFor(gone, from[i])));
  }

  async recovery(): Promise<void> {
    const from = this.nodes.map(({ agent }) => agent.log().length);
    await this.server.start();
    const back = ({ msg }: { msg: string }) => msg === 'the Kubernetes API is followed again';
    await Promise.all(this.nodes.map(({ agent }, i) => agent.waitFor(back, from[i], 40_000)));
  }

  async close(): Promise<void> {
    for (const { agent } of this.nodes) await agent.stop();
    await this.server.stop();
    for (const { lab } of this.nodes) await lab.close();
  }
}

async function startNode(server: ApiServer, lab: Lab, netns: Netns, name: string): Promise<TestNode> {
  await connectCustomer(lab, netns, 'router', { uplink: 'eth1', addresses: ['192.0.2.1/24'] });
  const status = { conditions: [{ type: 'Ready', status: 'True' }] };
  server.store.put(nodes, { ...server.put(nodes, { name }, {}), status });
  const file = join(lab.directory, 'kubeconfig');
  const { port } = new URL(server.url);
  writeFileSync(file, kubeconfig({ url: `http://${apiAddress}:${port}`, token: server.token }));
  const args = ['--source', 'kubernetes', '--kubeconfig', file, '--node-name', name, '--address-interval', '1'];
  return { name, lab, netns, agent: await startAgent(lab, netns, { args }) };
}
