/** A node on which multivrf is installed as the DaemonSet does it: the real agent, and the real `keep` beside it. */
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa, type ResultPromise } from 'execa';
import { primary, TestNode } from '../../agent/install/node.testing.ts';
import type { VrfSpec } from '../support/agent.ts';
import { daemonSets, namespaces, nodes, pods } from '../support/api-server/kinds.ts';
import type { Draft } from '../support/api-server/objects.ts';
import { KubeScene } from './kube-scene.ts';
import { until } from './until.ts';

const program = resolve(import.meta.dirname, '../../build/multivrf-agent.mjs');
const conflist = '10-cluster.conflist';
const namespace = 'multivrf-system';
const own = { namespace, name: 'multivrf-agent' };
const pod = 'multivrf-agent-x7k2p';

/** What others have on the node. */
const foreign = { bin: 'bridge', conf: '99-loopback.conf' };

export class InstalledScene {
  readonly kube: KubeScene;
  readonly node: TestNode;
  readonly #note: string;
  #keeper: ResultPromise<{ reject: false }> | undefined;

  private constructor(kube: KubeScene, node: TestNode, note: string) {
    this.kube = kube;
    this.node = node;
    this.#note = note;
  }

  static async open(definitions: Record<string, VrfSpec> = {}): Promise<InstalledScene> {
    const node = new TestNode();
    const note = join(node.root, 'note');
    writeFileSync(join(node.options.binDirectory, foreign.bin), 'theirs');
    node.write(foreign.conf, '{"cniVersion": "1.0.0", "name": "lo", "type": "loopback"}\n');
    node.write(conflist, primary);
    const env = { POD_NAMESPACE: namespace, POD_NAME: pod };
    const kube = await KubeScene.open(definitions, { env, args: ['--removal-note', note] });
    return new InstalledScene(kube, node, note);
  }

  /** Has nothing deleted, and starts agent and `keep` in a new pod; both have done their work when it resolves. */
  async install(runtime = 'containerd://2.1.9'): Promise<void> {
    const { agent, server } = this.kube;
    await agent.stop();
    // It may be away, or here.
    await server.stop();
    await server.start();
    server.forbidden.clear();
    const { metadata } = server.store.get(nodes, undefined, 'worker-1')!;
    const status = { nodeInfo: { containerRuntimeVersion: runtime } };
    server.store.put(nodes, { apiVersion: 'v1', kind: 'Node', metadata, status });
    // What only waits for its finalizer is replaced by one that nobody has deleted.
    const terminating = server.store.get(namespaces, undefined, namespace)?.metadata.deletionTimestamp;
    if (terminating) server.put(namespaces, { name: namespace }, {});
    server.put(namespaces, { name: namespace }, { metadata: { finalizers: ['kubernetes'] } });
    this.putDaemonSet();
    const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: own.name, uid: 'u', controller: true };
    server.put(pods, { namespace, name: pod }, { metadata: { ownerReferences: [owner] } });
    const from = agent.log().length;
    await agent.start();
    await agent.waitFor(({ msg }) => msg === 'installation known', from);
    await until(() => server.watches.count('namespaces') || undefined);
    const { plugin, binDirectory, confDirectory } = this.node.options;
    const places = ['--bin-directory', binDirectory, '--conf-directory', confDirectory, '--plugin', plugin];
    const args = [program, 'keep', ...places, '--removal-note', this.#note];
    this.#keeper = execa(process.execPath, args, { env: { NODE_OPTIONS: '' }, reject: false });
    await once(this.#keeper.stdout!, 'data');
    await until(
      () => this.node.chain(conflist),
      ({ length }) => length === 2,
    );
  }

  /** As `kubectl apply` and the DaemonSet's controller do; a new one when there is none. */
  putDaemonSet(draft: Draft = {}): void {
    this.kube.server.put(daemonSets, own, draft);
  }

  /** As `kubectl delete`; with `finalizers`, something holds it. */
  deleteDaemonSet(finalizers: string[] = []): void {
    this.putDaemonSet({ metadata: { finalizers } });
    this.kube.server.delete(daemonSets, own);
  }

  /** It stays, terminating, until everything in it is gone. Resolves when the agent has heard of it. */
  async deleteNamespace(): Promise<void> {
    const { agent, server } = this.kube;
    const from = agent.log().length;
    server.delete(namespaces, { name: namespace });
    await agent.waitFor(({ msg }) => msg === 'the namespace is being deleted, and multivrf with it', from);
  }

  /** As the kubelet does: the agent's container, and then the one that is to end after it. */
  async endPod(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await (signal === 'SIGTERM' ? this.kube.agent.stop() : this.kube.agent.kill());
    this.#keeper?.kill('SIGTERM');
    const ended = await this.#keeper;
    if (ended && ended.exitCode !== 0) throw new Error(`keep ended with ${ended.exitCode}: ${ended.stdout}`);
    this.#keeper = undefined;
  }

  /** What of ours is on the node. Throws when something of others' has changed. */
  installed(): { plugin: boolean; entry: boolean } {
    const { bin, conf } = this.node.files();
    const others = {
      bin: bin.filter((name) => name !== 'multivrf'),
      conf,
      binary: readFileSync(join(this.node.options.binDirectory, foreign.bin), 'utf8'),
    };
    const expected = { bin: [foreign.bin], conf: [conflist, foreign.conf], binary: 'theirs' };
    if (JSON.stringify(others) !== JSON.stringify(expected))
      throw new Error(`others' files: ${JSON.stringify(others)}`);
    const entry = this.node.chain(conflist).includes('multivrf');
    if (!entry && this.node.read(conflist) !== primary) throw new Error(`the chain is ${this.node.read(conflist)}`);
    return { plugin: bin.includes('multivrf'), entry };
  }

  /** Files of the agent's, besides those that the test made. */
  records(): string[] {
    const { stateDirectory, socket } = this.kube.agent;
    const run = readdirSync(join(socket, '..'));
    return existsSync(stateDirectory) ? [...run, ...readdirSync(stateDirectory)] : run;
  }

  async close(): Promise<void> {
    this.#keeper?.kill('SIGKILL');
    await this.#keeper;
    await this.kube.close();
    this.node.remove();
  }
}
