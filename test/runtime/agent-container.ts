/** The agent as the DaemonSet runs it: from our image, in the node's network namespace, with one capability. */
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Container } from './container.ts';
import type { Containerd } from './containerd.ts';
import type { Mount } from './cri.ts';
import { agent, installer, keeper } from './daemonset.ts';
import { Pod } from './pod.ts';
import type { ContainerOptions } from './pod-config.ts';

/** The directory of VRF files, below the machine's /run. */
export const vrfDirectory = 'vrfs';

const startDeadline = 30_000;

/** There is no API server here: VRFs are files. */
const withFiles: ContainerOptions = {
  ...agent,
  command: agent.command
    .map((word) => (word === '--source=kubernetes' ? '--vrfs=/etc/multivrf/vrfs' : word))
    .map((word) => (word.startsWith('--log-level=') ? '--log-level=debug' : word)),
  mounts: [...agent.mounts, { hostPath: `/run/${vrfDirectory}`, containerPath: '/etc/multivrf/vrfs', readonly: true }],
};

/** Its pod, in which one container after the other runs. */
export class AgentContainer {
  readonly #pod: Pod;
  /** Keeps plugin and entry in place, for as long as the pod lives. */
  readonly keeper: Container;
  readonly #socket: string;
  #container: Container | undefined;

  private constructor(pod: Pod, keeper: Container, socket: string) {
    this.#pod = pod;
    this.keeper = keeper;
    this.#socket = socket;
  }

  /** Its pod, whose init container has put the plugin in place and into the chain, and whose sidecar keeps both there. */
  static async create(runtime: Containerd): Promise<AgentContainer> {
    const pod = await Pod.run(runtime, 'multivrf-agent', { hostNetwork: true });
    const container = await pod.run(installer);
    const exitCode = await container.ended();
    if (exitCode !== 0) throw new Error(`the init container ended with ${exitCode}; its log:\n${container.log()}`);
    return new AgentContainer(pod, await pod.run(keeper), join(runtime.machine.run, 'multivrf/agent.sock'));
  }

  /** The running container. */
  get container(): Container {
    if (!this.#container) throw new Error('the agent does not run');
    return this.#container;
  }

  /** Starts a new container and waits until the agent serves. */
  async start(): Promise<void> {
    this.#container = await this.#pod.run(withFiles);
    const deadline = Date.now() + startDeadline;
    while (!(await answers(this.#socket))) {
      if (Date.now() > deadline)
        throw new Error(`no agent after ${startDeadline} ms; its log:\n${this.#container.log()}`);
      await sleep(50);
    }
  }

  /** Runs another program to its end as the agent is run, and returns what it printed. */
  async instead(command: readonly string[], mounts: readonly Mount[]): Promise<string> {
    const options = { ...withFiles, name: 'instead', command, mounts: [...withFiles.mounts, ...mounts] };
    const container = await this.#pod.run(options);
    const exitCode = await container.ended();
    const output = container.log();
    await container.remove();
    if (exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${exitCode}: ${output}`);
    return output;
  }

  /** Ends it as an upgrade of the DaemonSet does; its pod stays. */
  async stop(): Promise<void> {
    await this.#container?.remove();
    this.#container = undefined;
  }
}

function answers(socket: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const connection = createConnection(socket, () => resolve(true)).on('error', () => resolve(false));
  return promise.finally(() => connection.destroy());
}
