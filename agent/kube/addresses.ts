/**
 * Addresses as objects, unique in the cluster: whoever creates the VRFAddress has the address. There is no leader, and nothing
 * is locked; an API server lets one of two creators win.
 *
 * An address changes hands only when its holder is surely gone (addresses-pods.ts), and by a write that fails when anybody
 * has written since.
 */

import type { Logger } from 'pino';
import { addressName } from '../api/vrf-address.ts';
import { AddressApi } from './addresses-api.ts';
import { type HeldMemory, MyAddresses, whatAddresses } from './addresses-mine.ts';
import { type HeldAddress, isNamesake, isOwn, type PodRef, type Wanted } from './addresses-object.ts';
import { isHolderGone, lookAtPod, type PodFacts } from './addresses-pods.ts';
import { addressQueue } from './addresses-queue.ts';
import { AddressSweep } from './addresses-sweep.ts';
import type { KubeClient } from './client.ts';
import type { PacedQueue } from './paced-queue.ts';
import type { Reach } from './reach.ts';

export interface AddressesOptions {
  client: KubeClient;
  reach: Reach;
  log: Logger;
  nodeName: string;
  /** Milliseconds between two looks for addresses of pods that are gone. */
  interval: number;
  /** Whether an address is somebody's on this node, or about to be. */
  isHeld: (vrf: string, address: string) => boolean;
  /** What pods of this node hold. */
  holdings: () => Wanted[];
  memory: HeldMemory;
}

/** Times that an address may change hands while we try to have it. */
const rounds = 5;

export class Addresses {
  readonly #options: AddressesOptions;
  readonly #api: AddressApi;
  readonly #queue: PacedQueue;
  readonly #mine: MyAddresses;
  readonly #sweep: AddressSweep;

  constructor(options: AddressesOptions) {
    const { client, reach, log, nodeName, memory } = options;
    this.#options = options;
    this.#api = new AddressApi(client, nodeName);
    this.#queue = addressQueue(log);
    reach.onBack(() => this.#queue.hurry());
    this.#mine = new MyAddresses({ client, reach, log, nodeName, memory, changed: () => this.#forgetRemoved() });
    this.#sweep = new AddressSweep({ ...options, api: this.#api, mine: this.#mine, owe: (wanted) => this.owe(wanted) });
    void this.#mine.synced.then(() => this.#sweep.start());
  }

  /** Why the API cannot be asked at the moment, as far as that is known. */
  failing(): string | undefined {
    return this.#options.reach.failing(whatAddresses);
  }

  /** What this node knows to be the pod's in a VRF: its own, and what is kept for its name. */
  known(vrf: string, pod: PodRef): HeldAddress[] {
    return this.#mine.list().filter((held) => held.vrf === vrf && this.#isFor(held, pod) && this.#isThere(held));
  }

  /** The same, of whatever node. Throws what a request throws. */
  async find(vrf: string, pod: PodRef): Promise<HeldAddress[]> {
    const held = await this.#api.ofPod(vrf, pod);
    return held.filter((one) => one.sticky || isOwn(one, { pod }, this.#options.nodeName));
  }

  /** Everything that is held in a VRF. Throws what a request throws. */
  all(vrf: string): Promise<HeldAddress[]> {
    return this.#api.inVrf(vrf);
  }

  /** The same, unless there are too many to be read while a pod waits. Throws what a request throws. */
  few(vrf: string): Promise<HeldAddress[] | undefined> {
    return this.#api.fewInVrf(vrf);
  }

  /** What the API says of a pod. Throws what a request throws. */
  look(pod: PodRef): Promise<PodFacts | undefined> {
    return lookAtPod(this.#options.client, pod);
  }

  /**
   * Has the address for a pod of this node, or returns who holds it. With `insist` also one whose holder is gone; sticky ones
   * stay their holder's name's, unless the VRF reserves them for the pod. Throws what a request throws.
   */
  async take(wanted: Wanted, insist: boolean): Promise<HeldAddress | undefined> {
    const { vrf, address, pod } = wanted;
    const name = addressName(vrf, address);
    await this.#queue.withdraw(name);
    const known = this.#mine.get(name);
    if (known && this.#isFor(known, pod) && this.#isThere(known)) {
      // Nobody else can have it, and nobody need wait.
      if (isStale(known, wanted)) this.owe(wanted);
      return undefined;
    }
    return this.#agree(name, wanted, insist);
  }

  async #agree(name: string, wanted: Wanted, insist: boolean): Promise<HeldAddress | undefined> {
    for (let round = 0; round < rounds; round++) {
      if (this.#isWritten(await this.#api.create(wanted))) return undefined;
      const held = await this.#api.get(name);
      if (!held) continue;
      if (isOwn(held, wanted, this.#options.nodeName) && !isStale(held, wanted)) return undefined;
      if (!(await this.#mayHave(held, wanted, insist))) return held;
      if (this.#isWritten(await this.#api.handOver(held, wanted))) return undefined;
    }
    throw new Error(`VRFAddress ${name} has changed ${rounds} times meanwhile`);
  }

  #isWritten(held: HeldAddress | undefined): boolean {
    if (held) this.#mine.note(held);
    return held !== undefined;
  }

  async #mayHave(held: HeldAddress, wanted: Wanted, insist: boolean): Promise<boolean> {
    if (isOwn(held, wanted, this.#options.nodeName)) return true;
    const isFree = isNamesake(held.pod, wanted.pod) || (insist && (!held.sticky || wanted.reserved));
    return isFree && isHolderGone(this.#options.client, held.pod, held.node);
  }

  /** Takes an address that the VRF reserves for a pod which is about to start, if it can be had. */
  prepare(wanted: Wanted): void {
    const name = addressName(wanted.vrf, wanted.address);
    void this.#mine.synced.then(() => {
      const known = this.#mine.get(name);
      if (known && isOwn(known, wanted, this.#options.nodeName) && !isStale(known, wanted)) return;
      this.#queue.put(name, async () => {
        await this.#agree(name, wanted, true);
      });
    });
  }

  /** Takes the address later: the pod has it without the API. A conflict then is logged. */
  owe(wanted: Wanted): void {
    const { vrf, address, pod } = wanted;
    const name = addressName(vrf, address);
    this.#queue.put(name, async () => {
      if (!this.#options.isHeld(vrf, address)) return;
      const facts = pod.uid === '' ? await this.look(pod) : undefined;
      const whole = facts
        ? { ...wanted, pod: { ...pod, uid: facts.uid }, sticky: wanted.sticky || facts.statefulSet }
        : wanted;
      const held = await this.#agree(name, whole, true);
      if (!held) return;
      const other = { pod: `${held.pod.namespace}/${held.pod.name}`, node: held.node };
      this.#options.log.error(
        { vrf, address, pod: `${pod.namespace}/${pod.name}`, other },
        'address is held by two pods: delete one of the two',
      );
    });
  }

  /** Gives an address back that no pod of this node has any more, as soon as the API can be reached. Sticky ones are kept. */
  release(vrf: string, address: string): void {
    const name = addressName(vrf, address);
    this.#queue.put(name, async () => {
      let held = this.#mine.get(name) ?? (await this.#api.get(name));
      while (held && held.node === this.#options.nodeName && !held.sticky) {
        if (this.#options.isHeld(vrf, address) || (await this.#api.remove(held))) return;
        held = await this.#api.get(name);
      }
    });
  }

  /** Deletes those whose pods are gone, and returns whether there were any. Throws what a request throws. */
  reclaim(held: readonly HeldAddress[]): Promise<boolean> {
    return this.#sweep.collect(held);
  }

  stop(): void {
    this.#queue.stop();
    this.#sweep.stop();
    this.#mine.stop();
  }

  #isThere({ uid }: HeldAddress): boolean {
    return !this.#api.removed.has(uid);
  }

  #forgetRemoved(): void {
    const seen = new Set(this.#mine.list().map(({ uid }) => uid));
    for (const uid of this.#api.removed) if (!seen.has(uid)) this.#api.removed.delete(uid);
  }

  /** On this node nobody takes what is kept for a pod's name: two pods of one name are never there at once. */
  #isFor(held: HeldAddress, pod: PodRef): boolean {
    return isOwn(held, { pod }, this.#options.nodeName) || (held.sticky && isNamesake(held.pod, pod));
  }
}

const isStale = (held: HeldAddress, { pod, sticky }: Wanted): boolean =>
  held.pod.uid !== pod.uid || held.sticky !== sticky;
