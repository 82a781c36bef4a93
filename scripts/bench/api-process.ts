/** The benchmarks' API server as a process. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { background } from './background.ts';
import { benchNode, type Cluster } from './kubernetes-scene.ts';
import { until } from './until.ts';

/** Starts one that keeps its files in `directory`, by a command that leads where it is to be, and waits until it serves. */
export async function startApi(
  directory: string,
  cluster: Cluster,
  within: readonly string[] = [],
): Promise<ChildProcess> {
  writeFileSync(join(directory, 'cluster.json'), JSON.stringify(cluster));
  const command = [...within, process.execPath, 'scripts/bench/kubernetes-api.ts', directory];
  const api = background(command, join(directory, 'api.log'));
  await until('API server', () => existsSync(kubeconfigIn(directory)));
  return api;
}

export const kubeconfigIn = (directory: string): string => join(directory, 'kubeconfig');

/** Options of an agent whose VRFs come from there. */
export function fromApi(directory: string): string[] {
  return ['--source', 'kubernetes', '--kubeconfig', kubeconfigIn(directory), '--node-name', benchNode];
}
