/** The namespaces, the VRFs, the agent and the pods that the measurements take place in. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { close } from '../../agent/netlink/sys/libc.ts';
import type { AddRequest, DelRequest } from '../../common/protocol.ts';
import { AgentProcess } from './agent-process.ts';
import { addRequest, delRequest, Exchange, type Point } from './client.ts';
import { makeNamespace, netlinkIn, removeNamespace } from './namespaces.ts';
import { pause } from './pause.ts';

export interface Pod extends Point {
  number: number;
}

/** What the agent is to make of a VRF: a bridge on which the pods lie, or routes to them. */
export interface BenchVrf {
  name: string;
  mode: 'bridge' | 'routed';
  /** An interface of the node, and whatever else the specification takes there. */
  uplink?: { interface: string; addresses?: string[] };
}

/** Deletes asked for at once: as many as the agent gives to the kernel in one go. */
const together = 64;

export class World {
  readonly directory = '/run/multivrf';
  agent!: AgentProcess;
  #count = 0;

  /** The caller is in network and mount namespaces of its own. */
  constructor(vrfs: readonly BenchVrf[]) {
    // One of its own, as on a node: where the agent keeps its state, and nothing of it goes to a disk.
    execaSync('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
    execaSync('ip', ['link', 'set', 'lo', 'up']);
    for (const path of ['/run/netns', join(this.directory, 'vrfs'), join(this.directory, 'pods')])
      mkdirSync(path, { recursive: true });
    for (const vrf of vrfs) writeFileSync(join(this.directory, 'vrfs', `${vrf.name}.yaml`), definition(vrf));
  }

  /** With VRFs from the files here, unless its options name another source; `bundle` is another agent's program. */
  startAgent(
    source: readonly string[] = ['--vrfs', join(this.directory, 'vrfs')],
    others: readonly string[] = [],
    bundle?: string,
  ): void {
    this.agent = AgentProcess.start(this.directory, [...source, ...others], bundle);
  }

  pod(): Pod {
    this.#count++;
    const containerId = `pod${this.#count}`;
    const netns = join(this.directory, 'pods', containerId);
    makeNamespace(netns);
    return { containerId, netns, number: this.#count };
  }

  pods(count: number): Pod[] {
    return Array.from({ length: count }, () => this.pod());
  }

  removePod({ netns }: Pod): void {
    removeNamespace(netns);
  }

  /** Attaches a pod without the plugin. */
  attach(pod: Pod, vrf: string): void {
    const socket = netlinkIn(pod.netns);
    this.#ask(addRequest(pod, vrf), socket).finish();
    close(socket);
  }

  /** Attaches pods that come at once, and looks for the answers when all must be there: whoever is woken by one takes the agent's CPU. */
  attachUnwatched(pods: readonly Pod[], vrf: string): void {
    const sockets = pods.map(({ netns }) => netlinkIn(netns));
    const exchanges = pods.map((pod, i) => this.#ask(addRequest(pod, vrf), sockets[i]));
    pause(5 + 5 * pods.length);
    for (const exchange of exchanges) exchange.finish();
    for (const socket of sockets) close(socket);
  }

  /** Detaches pods, without the plugin. */
  detach(pods: readonly Pod[]): void {
    for (let at = 0; at < pods.length; at += together) {
      const exchanges = pods.slice(at, at + together).map((pod) => this.#ask(delRequest(pod)));
      for (const exchange of exchanges) exchange.finish();
    }
  }

  #ask(request: AddRequest | DelRequest, descriptor?: number): Exchange {
    return new Exchange(join(this.directory, 'agent.sock'), request, descriptor);
  }

  async close(): Promise<void> {
    await this.agent?.stop();
    execaSync('umount', ['--recursive', '--lazy', '/run']);
  }
}

function definition({ name, mode, uplink }: BenchVrf): string {
  const gateways = mode === 'bridge' ? [{ gateway: '10.8.255.254' }, { gateway: 'fd88::ffff' }] : [{}, {}];
  const subnets = ['10.8.0.0/16', 'fd88::/64'];
  return JSON.stringify({
    apiVersion: 'multivrf.dev/v1alpha1',
    kind: 'VRF',
    metadata: { name },
    spec: {
      mode,
      ...(uplink ? { uplinks: [uplink] } : {}),
      addresses: { pools: subnets.map((subnet, i) => ({ subnet, ...gateways[i] })) },
      routes: [{ to: '0.0.0.0/0' }, { to: '::/0' }],
      access: { namespaces: ['bgp'] },
      expose: [{ protocol: 'tcp', port: 179 }, { protocol: 'icmp' }],
    },
  });
}
