/** kubectl itself, of the newest Kubernetes that Debian has, an API server with all that the manifests make, and a node with the agent. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';
import { startAgent, type TestAgent } from '../support/agent.ts';
import { makeCertificate } from '../support/api-server/certificate.ts';
import * as known from '../support/api-server/kinds.ts';
import { kubeconfig } from '../support/api-server/kubeconfig.ts';
import { ApiServer } from '../support/api-server/server.ts';
import { connectCustomer } from '../support/customer.ts';
import { inside } from '../support/inside.ts';
import { Lab } from '../support/lab.ts';
import type { Netns } from '../support/netns.ts';
import { findRoot } from '../support/speakers/daemon.ts';

export const nodeName = 'n1';

const of = (group: string, version: string, plural: string, kind: string, namespaced: boolean): known.Kind => ({
  ...{ group, version, kind, plural, namespaced, status: false },
});
const rbac = ['rbac.authorization.k8s.io', 'v1'] as const;
const admission = ['admissionregistration.k8s.io', 'v1'] as const;

const kinds: readonly known.Kind[] = [
  ...[known.vrfs, known.vrfAttachments, known.vrfAddresses],
  ...[known.nodes, known.pods, known.namespaces, known.daemonSets, known.events],
  of('apps', 'v1', 'statefulsets', 'StatefulSet', true),
  of('', 'v1', 'serviceaccounts', 'ServiceAccount', true),
  of('', 'v1', 'configmaps', 'ConfigMap', true),
  of(...rbac, 'clusterroles', 'ClusterRole', false),
  of(...rbac, 'clusterrolebindings', 'ClusterRoleBinding', false),
  of(...rbac, 'roles', 'Role', true),
  of(...rbac, 'rolebindings', 'RoleBinding', true),
  of(...admission, 'validatingadmissionpolicies', 'ValidatingAdmissionPolicy', false),
  of(...admission, 'validatingadmissionpolicybindings', 'ValidatingAdmissionPolicyBinding', false),
  of('apiextensions.k8s.io', 'v1', 'customresourcedefinitions', 'CustomResourceDefinition', false),
];

interface Column {
  name: string;
  jsonPath: string;
  priority?: number;
}

/** What `kubectl get` shows of a kind of ours, as kubectl's own option: its JSONPath is what the API server evaluates columns with. */
export function columnsOf({ plural }: known.Kind): string {
  const file = join(import.meta.dirname, `../../manifests/base/crds/${plural}.yaml`);
  const definition = parse(readFileSync(file, 'utf8')) as {
    spec: { versions: { additionalPrinterColumns: Column[] }[] };
  };
  const columns = definition.spec.versions.flatMap((version) => version.additionalPrinterColumns);
  const shown = columns.filter(({ name, priority = 0 }) => priority === 0 && name !== 'Age');
  return `custom-columns=NAME:.metadata.name,${shown.map(({ name, jsonPath }) => `${name}:${jsonPath}`).join(',')}`;
}

export class KubectlScene {
  readonly lab: Lab;
  readonly node: Netns;
  readonly server: ApiServer;
  readonly agent: TestAgent;
  readonly #kubectl: string;

  private constructor(lab: Lab, node: Netns, server: ApiServer, agent: TestAgent, kubectl: string) {
    this.lab = lab;
    this.node = node;
    this.server = server;
    this.agent = agent;
    this.#kubectl = kubectl;
  }

  /** A node whose eth1 leads to a customer. */
  static async open(): Promise<KubectlScene> {
    const lab = Lab.open();
    try {
      const kubectl = join(await findRoot(), 'usr/bin/kubectl');
      if (!existsSync(kubectl)) throw new Error(`${kubectl} is missing`);
      const node = await lab.namespace('node');
      await connectCustomer(lab, node, 'router', { uplink: 'eth1', addresses: ['192.0.2.1/24'] });
      // kubectl shows its token to nobody without TLS.
      const tls = await makeCertificate(lab.directory);
      const server = new ApiServer({ kinds, tls, within: (listen) => inside(node, listen) });
      await server.start();
      server.put(known.nodes, { name: nodeName }, {});
      const file = join(lab.directory, 'kubeconfig');
      writeFileSync(file, kubeconfig({ url: server.url, token: server.token, certificate: tls.cert }));
      const args = ['--source', 'kubernetes', '--kubeconfig', file, '--node-name', nodeName];
      const agent = await startAgent(lab, node, { args });
      return new KubectlScene(lab, node, server, agent, kubectl);
    } catch (error) {
      await lab.close();
      throw error;
    }
  }

  /** Runs kubectl in the repository; throws, with what it printed, unless it succeeds. Gives back its lines. */
  async kubectl(...args: string[]): Promise<string[]> {
    const config = ['--kubeconfig', join(this.lab.directory, 'kubeconfig')];
    const own = [...config, '--cache-dir', join(this.lab.directory, 'cache')];
    const { stdout, stderr } = await execa(
      'ip',
      ['netns', 'exec', this.node.realName, this.#kubectl, ...own, ...args],
      {
        cwd: join(import.meta.dirname, '../..'),
        timeout: 60_000,
      },
    );
    // Warnings are of the server's or of kubectl's own.
    if (stderr !== '') throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout.split('\n');
  }

  async close(): Promise<void> {
    await this.agent.stop();
    await this.server.stop();
    await this.lab.close();
  }
}
