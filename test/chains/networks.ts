/** Networks of a node whose chain multivrf is part of, and the pods on them. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { attachAnnotation, podAnnotationsCapability } from '../../common/cni.ts';
import { makePod, type Pod } from '../support/chain.ts';
import { CniNetwork, type PluginConf } from '../support/cni-driver.ts';
import type { AttachmentPoint } from '../support/cni-exec.ts';
import { linkNames } from '../support/observe.ts';
import { Scene, specWith } from '../support/scene.ts';

/** Of each family a subnet of the cluster, and the default route through it. */
const subnets = { v4: '10.88.0.0/16', v6: 'fd88::/64' } as const;
const defaultRoutes = { v4: '0.0.0.0/0', v6: '::/0' } as const;
/** An IP version, as the subnets are named. */
export type Family = keyof typeof subnets;

/** A node whose agent serves customer-a, dual-stack with default routes, open to pods of namespace `bgp`. */
export function openScene(): Promise<Scene> {
  const pools = [
    { subnet: '192.0.2.0/24', gateway: '192.0.2.1' },
    { subnet: '2001:db8::/64', gateway: '2001:db8::1' },
  ];
  const routes = [{ to: '0.0.0.0/0' }, { to: '::/0' }];
  return Scene.open({ 'customer-a': specWith({ addresses: { pools }, routes }) });
}

/** IPAM by host-local with its leases in the lab. */
export function hostLocal({ lab }: Scene, families: readonly Family[]): Record<string, unknown> {
  return {
    type: 'host-local',
    dataDir: join(lab.directory, 'leases'),
    ranges: families.map((family) => [{ subnet: subnets[family] }]),
    routes: families.map((family) => ({ dst: defaultRoutes[family] })),
  };
}

/** The cluster's plugin on this node: a bridge with addresses of host-local. */
export function bridge(scene: Scene, families: readonly Family[] = ['v4', 'v6']): PluginConf {
  return { type: 'bridge', bridge: 'cni0', isGateway: true, ipam: hostLocal(scene, families) };
}

/** The addresses that host-local has given out. */
export function leases({ lab }: Scene): string[] {
  const directory = join(lab.directory, 'leases');
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((path) => path.replace(/.*\//, ''));
  return names.filter((name) => /^[0-9a-f]+[.:]/.test(name)).sort();
}

/** multivrf's entry of a conflist. */
export function multivrf({ agent }: Scene, conf: Record<string, unknown> = {}): PluginConf {
  return { type: 'multivrf', agentSocket: agent.socket, capabilities: { [podAnnotationsCapability]: true }, ...conf };
}

/** A network of the scene's node, in this version and with these plugins. */
export function network(
  { node }: Scene,
  cniVersion: string,
  plugins: readonly PluginConf[],
  name = 'cluster',
): CniNetwork {
  return new CniNetwork({ cniVersion, name, plugins }, node.enter);
}

/** The cluster's network with a pod in customer-a, so that the node's bridges stand before and after what a test does. */
export async function settle(scene: Scene): Promise<Pod> {
  const neighbour = await emptyPod(scene, 'neighbour');
  await network(scene, '1.0.0', [bridge(scene), multivrf(scene)]).add(eth0Of(neighbour, 'customer-a'));
  return neighbour;
}

/** The pod's eth0 as containerd asks for it: with all annotations of the pod. */
export function eth0Of(pod: Pod, annotation?: string, capabilityArgs: Record<string, unknown> = {}): AttachmentPoint {
  const annotations = { 'app.kubernetes.io/name': 'speaker', ...(annotation && { [attachAnnotation]: annotation }) };
  return {
    containerId: pod.containerId,
    netns: pod.netns.path,
    ifname: 'eth0',
    args: `IgnoreUnknown=1;K8S_POD_NAMESPACE=${pod.namespace};K8S_POD_NAME=${pod.name}`,
    capabilityArgs: { [podAnnotationsCapability]: annotations, ...capabilityArgs },
  };
}

/** A pod without any interface. */
export function emptyPod({ lab, node }: Scene, name: string, namespace?: string): Promise<Pod> {
  return makePod(lab, node, name, namespace);
}

/** Sorted, without what the kernel adds by itself sooner or later. */
const look = `
  ip -oneline link | sed 's/^[0-9]*: //; s/[@:].*//'
  ip -oneline address show scope global | sed 's/^[0-9]*: //'
  for family in 4 6; do ip -$family rule; ip -$family route show table all; done | sed 's/ linkdown//; /fe80:\\|multicast/d'
`;

/** The interfaces of a pod, but for the VRF device: it goes with the pod's namespace. */
export async function podInterfaces({ netns }: Pod): Promise<string[]> {
  return (await linkNames(netns)).filter((name) => name !== 'customer-a');
}

/** All that a chain may leave: on the node, in the leases of host-local, in the agent's records, as interfaces of the pod. */
export async function traces(scene: Scene, pod: Pod) {
  const [node, inPod] = await Promise.all([scene.node.run('sh', ['-c', look]), podInterfaces(pod)]);
  const records = readdirSync(scene.agent.stateDirectory, { recursive: true, encoding: 'utf8' }).sort();
  return { node: node.split('\n').sort(), inPod, leases: leases(scene), records };
}
