/**
 * Counts attachments and addresses of the whole cluster. No agent leads: each throws dice now and then, so that all together count
 * about once in the interval; in a small cluster also soon after something has changed on the own node.
 */
import type { Logger } from 'pino';
import { apiPath } from '../api/api-version.ts';
import type { VrfAttachment } from '../api/vrf-attachment.ts';
import { addressesPath, toHeld } from './addresses-object.ts';
import { reasonOf } from './api-error.ts';
import type { KubeClient } from './client.ts';
import { countOf, eachOf } from './list.ts';

/** In milliseconds. */
export interface CensusTimes {
  /** Between two counts of a cluster, at least. */
  interval: number;
  /** The same for each node: 5,000 nodes are counted once in 10 minutes. */
  perNode: number;
  /** In a small cluster, between a change on this node and the count, and between two counts. */
  soon: number;
}

interface Options {
  client: KubeClient;
  log: Logger;
  /** Counts everything, and writes what has changed. Whether nobody else has written meanwhile. */
  take: (signal: AbortSignal) => Promise<boolean>;
  times?: CensusTimes;
  random?: () => number;
}

const usual: CensusTimes = { interval: 60_000, perNode: 120, soon: 3_000 };

/** Nodes up to which all agents may count at once: 400 attachments are a list of half a megabyte. */
const small = 20;

export class Census {
  readonly #options: Options;
  readonly #times: CensusTimes;
  readonly #random: () => number;
  readonly #stopping = new AbortController();
  #wake: (() => void) | undefined;
  #isChanged = false;

  constructor(options: Options) {
    this.#options = options;
    this.#times = options.times ?? usual;
    this.#random = options.random ?? Math.random;
  }

  /** Counts from now on. Never throws. */
  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** To be called when there is another number of something on this node. */
  nudge(): void {
    this.#isChanged = true;
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const { client, log, take } = this.#options;
    const { signal } = this.#stopping;
    let nodes: number | undefined;
    while (!signal.aborted) {
      const isDue = await this.#wait(nodes);
      if (signal.aborted) return;
      try {
        nodes = await countOf(client, '/api/v1/nodes');
        const isSoon = this.#isChanged && nodes <= small;
        if (!isSoon && !(isDue && this.#random() * nodes < 1)) continue;
        this.#isChanged = false;
        if (!(await take(signal))) this.#isChanged = true;
      } catch (error) {
        log.debug({ reason: reasonOf(error) }, 'attachments and addresses could not be counted');
        await this.#pause(this.#times.interval * this.#random(), false);
      }
    }
  }

  /** Until it is time to throw dice (true), or, in a small cluster, something has changed (false). */
  async #wait(nodes: number | undefined): Promise<boolean> {
    const { interval, perNode, soon } = this.#times;
    const isSmall = nodes === undefined || nodes <= small;
    const isChanged =
      (isSmall && this.#isChanged) ||
      (await this.#pause(Math.max(interval, (nodes ?? 0) * perNode) * (0.5 + this.#random()), isSmall));
    if (!isChanged) return true;
    // What happens together is counted once, and when it has been written.
    await this.#pause(soon, false);
    return false;
  }

  /** Whether it was cut short. */
  #pause(milliseconds: number, isLight: boolean): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), milliseconds).unref();
    const wake = () => {
      clearTimeout(timer);
      resolve(true);
    };
    this.#stopping.signal.onabort = wake;
    this.#wake = isLight ? wake : undefined;
    return promise;
  }
}

/** Attachments by VRF and node. Of 5,000 nodes with 50 VRFs each are 250,000 numbers: hence lists, and no maps of maps. */
export class AttachmentCounts {
  /** The number of each node in the lists. */
  readonly #nodes = new Map<string, number>();
  readonly #counts = new Map<string, number[]>();

  add(vrf: string, node: string): void {
    const number = this.#nodes.get(node) ?? this.#nodes.size;
    this.#nodes.set(node, number);
    const counts = this.#counts.get(vrf) ?? [];
    while (counts.length <= number) counts.push(0);
    counts[number]! += 1;
    this.#counts.set(vrf, counts);
  }

  /** The nodes with attachments to a VRF. */
  of(vrf: string): Map<string, number> {
    const counts = this.#counts.get(vrf) ?? [];
    const found = new Map<string, number>();
    for (const [node, number] of this.#nodes) if (counts[number]) found.set(node, counts[number]);
    return found;
  }
}

/** Throws what a request throws. */
export async function countAttachments(client: KubeClient, signal: AbortSignal): Promise<AttachmentCounts> {
  const counts = new AttachmentCounts();
  for await (const { spec } of eachOf(client, `${apiPath}/vrfattachments`, signal)) {
    const { vrf, node } = spec as VrfAttachment['spec'];
    counts.add(vrf, node);
  }
  return counts;
}

/** Calls `add` for each address that is held in the cluster. Throws what a request throws. */
export async function countAddresses(
  client: KubeClient,
  add: (vrf: string, address: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const object of eachOf(client, addressesPath, signal)) {
    const { vrf, address } = toHeld(object);
    add(vrf, address);
  }
}
