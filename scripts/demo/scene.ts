/** Builds the node, the customers and the pods, each a network namespace of a lab that removes itself. */
import { TestAgent } from '../../test/support/agent.ts';
import { add, cluster, makePod, type Pod, resultOf } from '../../test/support/chain.ts';
import { connectCustomer } from '../../test/support/customer.ts';
import { hasVrfDevices } from '../../test/support/kernel.ts';
import type { Lab } from '../../test/support/lab.ts';
import type { Netns } from '../../test/support/netns.ts';
import { addressesOf } from '../../test/support/observe.ts';
import { type CustomerPlan, customers, plan, routerAddresses, vrfSpec } from './customers.ts';
import { listenEverywhere, ports } from './services.ts';

/** A pod with the addresses of its cluster interface. */
export interface RunningPod extends Pod {
  eth0: string[];
  /** Duration of ADD of the whole chain, in milliseconds. */
  took: number;
}

/** A customer and its router. */
export interface Customer {
  plan: CustomerPlan;
  router: Netns;
}

export interface Stage {
  lab: Lab;
  node: Netns;
  /** The node's own addresses in the cluster's network. */
  nodeAddresses: string[];
  agent: TestAgent;
  customers: Customer[];
  /** An ordinary pod, which has nothing to do with multivrf. */
  ordinary: RunningPod;
}

/** Node, agent, customers, and one ordinary pod; nothing is attached to a VRF. */
export async function build(lab: Lab): Promise<Stage> {
  const node = await lab.namespace('node');
  // Making a network namespace takes CAP_SYS_ADMIN; VRF devices take no more than CAP_NET_ADMIN.
  const agent = new TestAgent(lab, node, { capabilities: hasVrfDevices() ? 'net_admin' : 'all' });
  const made = await Promise.all(customers.map((one) => connect(lab, node, one)));
  for (const { plan: customer } of made) await agent.writeVrf(customer.vrf, vrfSpec(customer));
  const [ordinary] = await Promise.all([
    runPod(lab, node, 'web', 'default', undefined),
    agent.start(),
    listenEverywhere(node, ports.node),
  ]);
  return { lab, node, nodeAddresses: [cluster.gateway4, cluster.gateway6], agent, customers: made, ordinary };
}

async function connect(lab: Lab, node: Netns, customer: CustomerPlan): Promise<Customer> {
  const { vrf, uplink, mode, hosts } = customer;
  const { router } = await connectCustomer(lab, node, `router-of-${vrf}`, {
    uplink,
    addresses: routerAddresses(customer),
  });
  const hostLines = hosts.map((host) => `address add ${host} dev lo`);
  // Where the node routes, the customer points to it, as to any router of its provider.
  const routes = mode === 'routed' ? plan.subnet.map((subnet, i) => `route add ${subnet} via ${plan.uplink[i]}`) : [];
  await router.run('ip', ['-batch', '-'], { input: `${[...hostLines, ...routes].join('\n')}\n` });
  return { plan: customer, router };
}

/** Runs a pod as a container runtime does: a namespace, then the chain of plugins. It listens on a port at every address. */
export async function runPod(
  lab: Lab,
  node: Netns,
  name: string,
  namespace: string,
  annotation: string | undefined,
): Promise<RunningPod> {
  const pod = await makePod(lab, node, name, namespace);
  const began = performance.now();
  resultOf(await add(lab, pod, annotation));
  const took = performance.now() - began;
  const eth0 = await addressesOf(pod.netns, 'eth0');
  await listenEverywhere(pod.netns, ports.pod);
  return { ...pod, took, eth0: eth0.map((address) => address.split('/')[0]!) };
}
