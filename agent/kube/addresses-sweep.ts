/**
 * Looks for addresses whose pods are gone: those of this node, and those of nodes that are dead. Each agent does it for its own
 * node; for a dead one any agent does, so seldom that all together look through the cluster once in the interval.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { AddressApi } from './addresses-api.ts';
import type { MyAddresses } from './addresses-mine.ts';
import type { HeldAddress, Wanted } from './addresses-object.ts';
import { isHolderGone } from './addresses-pods.ts';
import { reasonOf, unless } from './api-error.ts';
import type { KubeClient } from './client.ts';
import { countOf } from './list.ts';
import type { KubeObject } from './object.ts';

interface SweepOptions {
  client: KubeClient;
  log: Logger;
  nodeName: string;
  interval: number;
  isHeld: (vrf: string, address: string) => boolean;
  holdings: () => Wanted[];
  api: AddressApi;
  mine: MyAddresses;
  owe: (wanted: Wanted) => void;
}

interface ApiNode extends KubeObject {
  status?: { conditions?: { type: string; status: string }[] };
}

/** Milliseconds between two questions: 20 a second of one agent, while none of them is urgent. */
const pause = 50;

export class AddressSweep {
  readonly #options: SweepOptions;
  readonly #stopping = new AbortController();

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  /** Looks at once, and from then on at intervals. Never throws. */
  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #run(): Promise<void> {
    const { client, interval, log } = this.#options;
    const { signal } = this.#stopping;
    for (let first = true; !signal.aborted; first = false) {
      try {
        this.#makeUp();
        await this.#own();
        // Agents start together; nodes do not die because of that.
        if (!first && Math.random() * (await countOf(client, '/api/v1/nodes')) < 1) await this.#others();
      } catch (error) {
        log.debug({ reason: reasonOf(error) }, 'addresses of pods that are gone could not be looked for');
      }
      // Not all nodes at the same moment.
      await sleep(interval * (0.5 + Math.random()), undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** What pods got without the API, or before this agent knew of it. */
  #makeUp(): void {
    const { holdings, mine, owe } = this.#options;
    const known = new Set(mine.list().map(({ vrf, address }) => `${vrf} ${address}`));
    for (const wanted of holdings()) if (!known.has(`${wanted.vrf} ${wanted.address}`)) owe(wanted);
  }

  async #own(): Promise<void> {
    for (const held of this.#options.mine.list()) await this.#collectOne(held);
  }

  async #others(): Promise<void> {
    const { api, nodeName } = this.#options;
    const dead = new Map<string, boolean>();
    for await (const held of api.all()) {
      const { node, sticky } = held;
      if (sticky || node === nodeName) continue;
      if (!dead.has(node)) dead.set(node, await this.#isDead(node));
      if (dead.get(node)) await this.#collectOne(held);
    }
  }

  /** Deletes those whose pods are gone; whether there were any. Throws what a request throws. */
  async collect(held: readonly HeldAddress[]): Promise<boolean> {
    let any = false;
    for (const one of held) any = (await this.#collectOne(one)) || any;
    return any;
  }

  /** Twice made sure: by the pod's uid now, and by the version of the object that was looked at. */
  async #collectOne(held: HeldAddress): Promise<boolean> {
    const { api, client, log, nodeName, isHeld } = this.#options;
    const isHere = () => held.node === nodeName && isHeld(held.vrf, held.address);
    if (held.sticky || isHere()) return false;
    await sleep(pause, undefined, { signal: this.#stopping.signal });
    if (!(await isHolderGone(client, held.pod, held.node)) || isHere() || !(await api.remove(held))) return false;
    const { vrf, address, node, pod } = held;
    log.info({ vrf, address, node, pod: `${pod.namespace}/${pod.name}` }, 'pod is gone: address collected');
    return true;
  }

  /** Whether no agent can be expected there. */
  async #isDead(node: string): Promise<boolean> {
    await sleep(pause, undefined, { signal: this.#stopping.signal });
    const path = `/api/v1/nodes/${encodeURIComponent(node)}`;
    const object = await unless([404], this.#options.client.request<ApiNode>({ path }));
    return !object?.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
  }
}
