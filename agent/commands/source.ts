/** Where the agent has its VRFs from, as the command line says. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { openDirectory } from '../sources/directory.ts';
import type { VrfSource } from '../sources/vrf-source.ts';
import type { Cluster } from './cluster.ts';

export const vrfSourceOptions = {
  source: {
    choices: ['directory', 'kubernetes'],
    default: 'directory',
    describe: 'Where VRFs come from: YAML files, or objects of the Kubernetes API',
  },
  vrfs: {
    type: 'string',
    default: '/etc/multivrf/vrfs',
    describe: 'Directory of VRF definitions (*.yaml), watched; for --source directory',
  },
  kubeconfig: {
    type: 'string',
    describe: "How to reach the API; default is the pod's ServiceAccount. For --source kubernetes",
  },
  'node-name': {
    type: 'string',
    describe: "This node's name in the API, default NODE_NAME of the environment. For --source kubernetes",
  },
  'node-label': {
    type: 'string',
    array: true,
    default: [] as string[],
    describe: "KEY=VALUE, for the nodeSelector of uplinks; counts before the Node's own labels",
  },
  'address-interval': {
    type: 'number',
    default: 600,
    describe: 'Seconds between looks for addresses of pods that are gone. For --source kubernetes',
  },
} as const;

export interface SourceOptions {
  source: string;
  vrfs: string;
  kubeconfig?: string | undefined;
  nodeName?: string | undefined;
  nodeLabel: readonly string[];
  /** The agent's state directory. */
  state: string;
}

/** Opens it; `labels` tells those of the node at any moment. Throws an error that says which option is wrong. */
export async function openSource(
  options: SourceOptions,
  log: Logger,
): Promise<{ source: VrfSource; labels: () => Readonly<Record<string, string>>; cluster?: Cluster }> {
  const own = labels(options.nodeLabel);
  if (options.source === 'directory') return { source: openDirectory(options.vrfs, log), labels: () => own };
  const nodeName = options.nodeName ?? process.env.NODE_NAME;
  if (!nodeName) {
    throw new Error('--source kubernetes needs --node-name, or NODE_NAME in the environment (fieldRef spec.nodeName)');
  }
  // Loaded only now: it costs 30 MiB of memory that a node without Kubernetes keeps.
  const { KubeClient } = await import('../kube/client.ts');
  const { openKubernetes } = await import('../sources/kubernetes.ts');
  const client = new KubeClient({ kubeconfig: options.kubeconfig });
  const directory = join(options.state, 'known');
  const source = await openKubernetes({ client, nodeName, labels: own, directory }, log);
  return { source, labels: () => source.labels(), cluster: { client, nodeName, source } };
}

function labels(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new Error(`--node-label ${pair}: not KEY=VALUE`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
