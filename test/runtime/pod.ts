/** A pod, asked of the runtime as the kubelet asks. */
import { join } from 'node:path';
import { Netns } from '../support/netns.ts';
import { Container } from './container.ts';
import type { Containerd } from './containerd.ts';
import type { PodSandboxConfig } from './cri.ts';
import { type ContainerOptions, containerConfig, type PodOptions, sandboxConfig } from './pod-config.ts';

/** What `verbose` adds to a sandbox's status, as far as we read it. */
interface SandboxInfo {
  /** Of its first process, in the machine. */
  pid: number;
  runtimeSpec: { linux: { namespaces: { type: string; path?: string }[] } };
}

/** A pod that runs. */
export class Pod {
  readonly id: string;
  readonly #runtime: Containerd;
  readonly #config: PodSandboxConfig;

  private constructor(runtime: Containerd, id: string, config: PodSandboxConfig) {
    this.#runtime = runtime;
    this.id = id;
    this.#config = config;
  }

  /** RunPodSandbox, in Kubernetes namespace `bgp`. What a plugin refuses is an error with its text. */
  static async run(runtime: Containerd, name: string, options: PodOptions = {}): Promise<Pod> {
    const config = sandboxConfig(name, options);
    const { podSandboxId } = await runtime.cri.call('RunPodSandbox', { config });
    return new Pod(runtime, podSandboxId, config);
  }

  /** Its network namespace. */
  async netns(): Promise<Netns> {
    const { path } = await this.#inspect();
    return Netns.at(this.#runtime.machine.path(path));
  }

  async #inspect(): Promise<{ pid: number; path: string }> {
    const status = await this.#runtime.cri.call('PodSandboxStatus', { podSandboxId: this.id, verbose: true });
    const { pid, runtimeSpec }: SandboxInfo = JSON.parse(status.info.info);
    const { path = '' } = runtimeSpec.linux.namespaces.find(({ type }) => type === 'network') ?? {};
    // /var/run is a link, which would lead back out of the machine.
    return { pid, path: path.replace('/var/run/', '/run/') };
  }

  /** Ends its processes and its network namespace without a word to runtime or plugins. */
  async vanish(): Promise<void> {
    const { pid, path } = await this.#inspect();
    // The runtime, too, may take the namespace's name away when it sees the end of its process.
    await this.#runtime.machine.exec('sh', '-ec', `kill -KILL ${pid}; umount ${path} || true; rm -f ${path}`);
  }

  /** CreateContainer and StartContainer. */
  async run(options: ContainerOptions): Promise<Container> {
    const { namespaceOptions } = this.#config.linux.securityContext;
    const config = containerConfig(options, namespaceOptions);
    const request = { podSandboxId: this.id, config, sandboxConfig: this.#config };
    const { containerId } = await this.#runtime.cri.call('CreateContainer', request);
    const log = join(this.#runtime.machine.run, 'logs', this.#config.metadata.name, config.logPath);
    const container = new Container(this.#runtime, containerId, log);
    await container.start();
    return container;
  }

  /** StopPodSandbox: the containers end, the network is taken down. */
  stop(): Promise<unknown> {
    return this.#runtime.cri.call('StopPodSandbox', { podSandboxId: this.id });
  }

  /** StopPodSandbox, then RemovePodSandbox. */
  async remove(): Promise<void> {
    await this.stop();
    await this.#runtime.cri.call('RemovePodSandbox', { podSandboxId: this.id });
  }
}
