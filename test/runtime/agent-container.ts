/** The agent as a DaemonSet runs it: a container in the node's network namespace, with one capability. */
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Container } from './container.ts';
import { type Containerd, repository } from './containerd.ts';
import { Pod } from './pod.ts';

/** Directories of the node that it needs; it writes to the first only. */
const directories = {
  /** Its socket, state and spool. */
  own: '/run/multivrf',
  vrfs: '/run/vrfs',
  netns: '/run/netns',
} as const;

/** The directory of VRF files, below the machine's /run. */
export const vrfDirectory = 'vrfs';

const startDeadline = 30_000;

/** Its pod, in which one container after the other runs. */
export class AgentContainer {
  readonly #pod: Pod;
  readonly #socket: string;
  #container: Container | undefined;

  private constructor(pod: Pod, socket: string) {
    this.#pod = pod;
    this.#socket = socket;
  }

  /** Its pod, without a container. */
  static async create(runtime: Containerd): Promise<AgentContainer> {
    const pod = await Pod.run(runtime, 'multivrf-agent', { hostNetwork: true });
    return new AgentContainer(pod, join(runtime.machine.run, 'multivrf/agent.sock'));
  }

  /** The running container. */
  get container(): Container {
    if (!this.#container) throw new Error('the agent does not run');
    return this.#container;
  }

  /** Starts a new container and waits until the agent serves. */
  async start(): Promise<void> {
    this.#container = await this.#pod.run({
      name: 'agent',
      uid: 0,
      capabilities: ['NET_ADMIN'],
      command: [
        `${repository}/node_modules/node/bin/node`,
        `${repository}/build/multivrf-agent.mjs`,
        ...['--socket', `${directories.own}/agent.sock`, '--state', `${directories.own}/state`],
        ...['--vrfs', '/etc/multivrf/vrfs', '--log-level', 'debug'],
      ],
      mounts: [
        { hostPath: directories.own, containerPath: directories.own },
        { hostPath: directories.vrfs, containerPath: '/etc/multivrf/vrfs', readonly: true },
        // What the runtime mounts later appears inside, too.
        {
          hostPath: directories.netns,
          containerPath: directories.netns,
          readonly: true,
          propagation: 'PROPAGATION_HOST_TO_CONTAINER',
        },
        // In a real image: Node and the agent.
        { hostPath: '/usr', containerPath: '/usr', readonly: true },
        { hostPath: repository, containerPath: repository, readonly: true },
      ],
    });
    const deadline = Date.now() + startDeadline;
    while (!(await answers(this.#socket))) {
      if (Date.now() > deadline)
        throw new Error(`no agent after ${startDeadline} ms; its log:\n${this.#container.log()}`);
      await sleep(50);
    }
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
