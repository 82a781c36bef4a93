/** What the DaemonSet tells Node, for agents that run without it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';

interface DaemonSet {
  spec: { template: { spec: { containers: { env: { name: string; value?: string }[] }[] } } };
}

const file = resolve(import.meta.dirname, '../../manifests/base/daemonset.yaml');
const [agent] = (parse(readFileSync(file, 'utf8')) as DaemonSet).spec.template.spec.containers;

/** The agent's NODE_OPTIONS: how much memory it may take for what. */
export const nodeOptions = agent!.env.find(({ name }) => name === 'NODE_OPTIONS')!.value!;
