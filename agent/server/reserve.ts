/** One attachment's addresses, had of the whole cluster: chosen by what this node knows, until the API agrees. */
import { formatAddress, type IpAddress, parseAddress } from '../../common/addresses.ts';
import { CniError } from '../../common/errors.ts';
import type { AttachmentRequest } from '../api/annotation.ts';
import type { Vrf } from '../api/vrf.ts';
import type { Deadline } from '../apply/deadline.ts';
import { addressPlan } from '../ipam/address-plan.ts';
import { PoolExhausted } from '../ipam/automatic.ts';
import type { Ipam } from '../ipam/ipam.ts';
import { reservedFor } from '../ipam/named.ts';
import type { Owner } from '../ipam/table.ts';
import type { Addresses } from '../kube/addresses.ts';
import { type HeldAddress, isNamesake, type PodRef, type Wanted } from '../kube/addresses-object.ts';
import { plainAddress } from '../plan/routes.ts';
import { heldBy, isAway, notAsked } from './reserve-failures.ts';

/** Holders that are looked for when a pool is full. */
const mostReclaimed = 16;
/** Addresses of a large VRF that are tried before all of it is read: of one that is half full every second is free. */
const mostGuessed = 8;

export interface Claim {
  vrf: Vrf;
  one: AttachmentRequest;
  /** Who holds the addresses on this node until they are attached. */
  owner: Owner;
  pod: PodRef;
  /** Whether it is one of a StatefulSet; undefined where this node has not heard of the pod yet. */
  statefulSet: boolean | undefined;
}

export class Reservation {
  readonly #ipam: Ipam;
  readonly #addresses: Addresses;
  readonly #claim: Claim;
  readonly #deadline: Deadline;
  readonly #reserved: ReadonlySet<string>;
  readonly vrf: string;
  /** What this pod has in the API, whether it is used in the end or not. */
  readonly taken = new Set<string>();
  #own: IpAddress[] = [];
  #elsewhere = new Set<string>();
  #conflicts = 0;
  #sticky: boolean | undefined;

  constructor(ipam: Ipam, addresses: Addresses, claim: Claim, deadline: Deadline) {
    this.#ipam = ipam;
    this.#addresses = addresses;
    this.#claim = claim;
    this.#deadline = deadline;
    this.vrf = claim.vrf.metadata.name;
    this.#reserved = new Set(
      reservedFor(addressPlan(claim.vrf), claim.owner).map(({ family, address }) => formatAddress(family, address)),
    );
  }

  /** Throws a CniError when it cannot have them; what it has by then stands in {@link taken}, and is the owner's in the Ipam. */
  async make(): Promise<void> {
    const { vrf, one, pod } = this.#claim;
    const isNamed = one.addresses !== undefined || this.#reserved.size > 0;
    if (!isNamed) {
      this.#own = this.#addresses.known(vrf.metadata.name, pod).map(({ address }) => parseAddress(address));
      if (this.#own.length === 0 && (await this.#isSticky())) {
        const held = await this.#ask('finding the addresses of the pod', this.#addresses.find(vrf.metadata.name, pod));
        this.#own = held.map(({ address }) => parseAddress(address));
      }
    }
    for (;;) {
      const conflict = await this.#try();
      if (!conflict) return;
      if (isNamed || isNamesake(conflict.pod, pod)) throw heldBy(conflict, vrf, pod);
      this.#ipam.release(this.#claim.owner);
      await this.#learnSoon();
      this.#elsewhere.add(conflict.address);
      this.#deadline.check();
    }
  }

  /** Chooses addresses, and has them in the API, all at once; returns the first that somebody else holds. */
  async #try(): Promise<HeldAddress | undefined> {
    const wanted = (await this.#choose()).filter((address) => !this.taken.has(address));
    if (wanted.some((address) => !this.#reserved.has(address))) await this.#isSticky();
    const taking = wanted.map(async (address) => {
      const held = await this.#take(address);
      if (held) return held;
      this.taken.add(address);
      this.#own.push(parseAddress(address));
      return undefined;
    });
    // All of them: what is had after this has failed nobody would give back.
    const outcomes = await Promise.allSettled(taking);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' && outcome.value) || [])[0];
  }

  async #choose(): Promise<string[]> {
    const { vrf, one, owner } = this.#claim;
    const elsewhere = {
      own: this.#own,
      isTaken: (family: 4 | 6, address: bigint) => this.#elsewhere.has(formatAddress(family, address)),
    };
    const claim = () => this.#ipam.claim(vrf, owner, one.addresses, undefined, elsewhere);
    try {
      return claim().map(({ address }) => plainAddress(address));
    } catch (error) {
      if (!(error instanceof PoolExhausted) || this.#elsewhere.size === 0) throw error;
      // Some may have been given back since, and of others the pods be gone.
      const held = await this.#learn();
      // Others each time: those that live must not hide one that does not.
      const some = held.filter(({ sticky }) => !sticky).toSorted(() => Math.random() - 0.5);
      const dead = this.#addresses.reclaim(some.slice(0, mostReclaimed));
      if (await this.#ask('looking for addresses of pods that are gone', dead)) await this.#learn();
      return claim().map(({ address }) => plainAddress(address));
    }
  }

  /** After a conflict: a small VRF is read at once, and of a large one some more are tried before that. */
  async #learnSoon(): Promise<void> {
    this.#conflicts += 1;
    if (this.#conflicts === 1) {
      const few = await this.#ask('looking who has the other addresses', this.#addresses.few(this.vrf));
      if (few) this.#keep(few);
    } else if (this.#conflicts === mostGuessed) await this.#learn();
  }

  async #learn(): Promise<HeldAddress[]> {
    return this.#keep(await this.#ask('looking who has the other addresses', this.#addresses.all(this.vrf)));
  }

  #keep(all: readonly HeldAddress[]): HeldAddress[] {
    const { pod } = this.#claim;
    const others = all.filter(({ pod: holder }) => holder.namespace !== pod.namespace || holder.name !== pod.name);
    this.#elsewhere = new Set(others.map(({ address }) => address));
    return others;
  }

  async #take(address: string): Promise<HeldAddress | undefined> {
    const { vrf, pod, one } = this.#claim;
    const reserved = this.#reserved.has(address);
    const wanted: Wanted = { vrf: vrf.metadata.name, address, pod, reserved, sticky: reserved };
    // The VRF gives it to nobody else: without the API the pod has it all the same.
    if (reserved && this.#addresses.failing() !== undefined) return this.#goWithout(wanted);
    if (!reserved) wanted.sticky = await this.#isSticky();
    const taking = this.#addresses.take(wanted, reserved || one.addresses !== undefined);
    try {
      return await this.#deadline.within(
        `waiting for the Kubernetes API, which gives address ${address} in VRF ${wanted.vrf}`,
        taking,
      );
    } catch (error) {
      // Where only the time was up it may come to an end all the same, and nobody use it.
      const giveBack = (held: HeldAddress | undefined) => held ?? this.#addresses.release(wanted.vrf, address);
      void taking.then(giveBack, () => {});
      if (reserved && !(error instanceof CniError) && isAway(error)) return this.#goWithout(wanted);
      throw notAsked(error, wanted.vrf, address);
    }
  }

  #goWithout(wanted: Wanted): undefined {
    this.#addresses.owe(wanted);
  }

  /** Whether a pod of the same name is to have the addresses later, on whatever node. */
  async #isSticky(): Promise<boolean> {
    const { vrf, pod } = this.#claim;
    // "STATEFULSET-ORDINAL": most pods need not be asked for.
    if (!/-\d+$/.test(pod.name)) return false;
    const [known] = this.#addresses.known(vrf.metadata.name, pod);
    this.#sticky ??= known?.sticky ?? this.#claim.statefulSet;
    this.#sticky ??= (await this.#ask('looking at the pod', this.#addresses.look(pod)))?.statefulSet ?? false;
    return this.#sticky;
  }

  async #ask<T>(what: string, answer: Promise<T>): Promise<T> {
    try {
      return await this.#deadline.within(`${what}, which only the Kubernetes API knows`, answer);
    } catch (error) {
      throw notAsked(error, this.#claim.vrf.metadata.name);
    }
  }
}
