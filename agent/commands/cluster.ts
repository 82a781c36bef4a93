/** The agent's part in a cluster, where its VRFs come from the Kubernetes API. */
import type { Logger } from 'pino';
import type { KubeClient } from '../kube/client.ts';
import type { Agent } from '../server/agent.ts';
import type { KubernetesSource } from '../sources/kubernetes.ts';

/** What it takes to speak to the cluster. */
export interface Cluster {
  client: KubeClient;
  nodeName: string;
  source: KubernetesSource;
}

/** Follows the pods of this node and tells the cluster what is attached. Returns what ends it. */
export async function joinCluster(
  agent: Agent,
  { client, nodeName, source }: Cluster,
  log: Logger,
): Promise<() => void> {
  // Loaded only now, as the client is.
  const { Pods } = await import('../kube/pods.ts');
  const { ClusterReport } = await import('../server/cluster-report.ts');
  const pods = new Pods({ client, reach: source.reach, log, nodeName });
  const report = new ClusterReport(agent, { client, pods, source, nodeName }, log);
  agent.pods = pods;
  agent.observer = report;
  report.start();
  return () => report.stop();
}
