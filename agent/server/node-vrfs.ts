/** The VRFs on this node: made at the first attachment, taken back when their definition and their last pod are gone. */
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Vrf } from '../api/vrf.ts';
import { apply } from '../apply/executor.ts';
import { observe, observeAddressesOf, observeLink } from '../apply/observe.ts';
import { type NodeVrf, vrfPlace } from '../plan/desired.ts';
import { diff } from '../plan/diff.ts';
import type { KernelObject } from '../plan/kernel-object.ts';
import { uplinkDevice } from '../plan/names.ts';
import { nodeVrf } from '../plan/node-vrf.ts';
import type { Observed } from '../plan/observed.ts';
import { chooseBackend, type NodeFacts, needsTable, resolveNodeVrf } from '../plan/resolve.ts';
import type { Step } from '../plan/step.ts';
import { teardown } from '../plan/teardown.ts';
import { checkUplink } from '../plan/uplink-check.ts';
import type { VrfSource } from '../sources/vrf-source.ts';
import type { VrfStore } from '../state/vrfs.ts';
import type { Node } from './node.ts';
import { findTable } from './node-tables.ts';

export class NodeVrfs {
  readonly #node: Node;
  readonly #store: VrfStore;
  readonly #source: VrfSource;
  readonly #facts: NodeFacts;
  readonly #log: Logger;
  readonly #resolved = new WeakMap<Vrf, NodeVrf>();

  constructor(node: Node, store: VrfStore, source: VrfSource, facts: NodeFacts, log: Logger) {
    this.#node = node;
    this.#store = store;
    this.#source = source;
    this.#facts = facts;
    this.#log = log;
  }

  /** How this node realises a VRF; a table is chosen where one is needed, which none of `alongside` has. */
  resolve(vrf: Vrf, alongside: readonly NodeVrf[] = []): NodeVrf {
    const known = this.#resolved.get(vrf);
    if (known && known === this.#store.get(vrf.metadata.name)) return known;
    const { mode } = vrf.spec;
    const backend = chooseBackend(vrf, this.#facts);
    const table = needsTable({ mode, backend }) ? findTable(vrf, this.#node.handle, this.#source, alongside) : 0;
    return resolveNodeVrf(vrf, this.#facts, table);
  }

  /**
   * What is missing of a VRF on the node, made together with `alongside`. Nothing, usually: then two look-ups are
   * all it costs.
   */
  plan(vrf: NodeVrf, alongside: readonly NodeVrf[] = []): Step[] {
    if (this.#isMade(vrf) && this.#stands(vrf)) return [];
    return this.#fullPlan(vrf, alongside);
  }

  #fullPlan(vrf: NodeVrf, alongside: readonly NodeVrf[] = []): Step[] {
    this.#checkUplink(vrf, [...this.#store.list(), ...alongside]);
    const desired = nodeVrf(vrf);
    return diff(desired, this.#observe(desired));
  }

  #observe(objects: readonly KernelObject[]): Observed {
    return observe(objects, (place) => this.#node.lookup(place));
  }

  /** Whether the links that carry the VRF are where they were made. */
  #stands({ name, mode, backend, uplink }: NodeVrf): boolean {
    const handle = this.#node.lookup(vrfPlace({ name, backend }));
    if (!handle) return false;
    const separate = mode === 'bridge' || backend === 'device';
    if (separate && !observeLink(handle, name)?.up) return false;
    if (!uplink) return true;
    const device = observeLink(handle, uplinkDevice(uplink.interface, uplink.vlan));
    return device?.up === true && (!separate || device.master === name);
  }

  #checkUplink(vrf: NodeVrf, others: readonly NodeVrf[]): void {
    const { uplink } = vrf;
    if (!uplink) return;
    const inside = this.#node.lookup(vrfPlace(vrf));
    const outside = this.#node.handle;
    const device = uplinkDevice(uplink.interface, uplink.vlan);
    const vlanDevice =
      uplink.vlan === undefined ? undefined : ((inside && observeLink(inside, device)) ?? observeLink(outside, device));
    const moved = uplink.vlan === undefined && inside && inside !== outside && observeLink(inside, uplink.interface);
    if (moved) return;
    const made = this.#store.get(vrf.name)?.uplink;
    const own = made?.interface === uplink.interface ? made.addresses : [];
    checkUplink(vrf, uplink, {
      parent: observeLink(outside, uplink.interface),
      addresses: observeAddressesOf(outside, uplink.interface).filter((address) => !own.includes(address)),
      vlanDevice,
      others,
    });
  }

  /**
   * To be called before the steps of {@link plan} are applied: the record tells an agent that starts after a crash what
   * to look for. What is returned is to be told how they went.
   */
  begin(vrf: NodeVrf): { made(): void; failed(): void } {
    const former = this.#store.get(vrf.name);
    const isNew = !this.#isMade(vrf);
    if (isNew) this.#store.put(vrf);
    return {
      made: () => {
        this.#remember(vrf.name);
        if (isNew) this.#logMade(vrf);
      },
      failed: () => {
        if (!isNew) return;
        if (former) this.#store.put(former);
        else if (this.#isAbsent(vrf)) this.#store.remove(vrf.name);
      },
    };
  }

  #logMade({ name, mode, backend, table, uplink }: NodeVrf): void {
    this.#log.info(
      { vrf: name, mode, backend, ...(table ? { table } : {}), uplink: uplink?.interface },
      'VRF made on this node',
    );
  }

  /** Whether nothing of it is in the kernel: what could not be undone stays on record until it can be removed. */
  #isAbsent(vrf: NodeVrf): boolean {
    const desired = nodeVrf(vrf);
    try {
      return teardown(desired, this.#observe(desired)).length === 0;
    } catch (error) {
      this.#log.error({ vrf: vrf.name, error: (error as Error).message }, 'what was undone cannot be looked at');
      return false;
    }
  }

  /** Takes a VRF back when nobody needs it any more: its definition is gone and no pod is attached. */
  retire(name: string, attached: boolean): void {
    const vrf = this.#store.get(name);
    if (!vrf || attached || this.#source.get(name)) return;
    this.#remove(vrf);
  }

  #remove(vrf: NodeVrf): void {
    const desired = nodeVrf(vrf);
    try {
      apply(teardown(desired, this.#observe(desired)), this.#node.host());
      this.#store.remove(vrf.name);
      this.#log.info({ vrf: vrf.name }, 'VRF removed from this node');
    } catch (error) {
      this.#log.error({ vrf: vrf.name, error: (error as Error).message }, 'VRF could not be removed');
    }
  }

  /** A definition changed: without pods it is made anew at the next attachment, with pods it is adapted now. */
  changed(name: string, attached: boolean): void {
    const old = this.#store.get(name);
    const vrf = this.#source.get(name);
    if (!old || !vrf) return;
    try {
      const wanted = this.resolve(vrf);
      if (isDeepStrictEqual(old, wanted)) return;
      if (!attached) this.#remove(old);
      else this.#adapt(old, wanted);
    } catch (error) {
      this.#log.error({ vrf: name, error: (error as Error).message }, 'changed VRF does not take effect on this node');
    }
  }

  #adapt(old: NodeVrf, wanted: NodeVrf): void {
    if (old.mode !== wanted.mode || old.backend !== wanted.backend || old.table !== wanted.table) {
      this.#log.warn({ vrf: old.name }, 'mode, backend and table change when no pod is attached any more');
      return;
    }
    const desired = nodeVrf(wanted);
    const superfluous = nodeVrf(old).filter((object) => !desired.some((other) => isDeepStrictEqual(object, other)));
    apply(teardown(superfluous, this.#observe(superfluous)), this.#node.host());
    const steps = this.#fullPlan(wanted);
    const making = this.begin(wanted);
    try {
      apply(steps, this.#node.host());
    } catch (error) {
      making.failed();
      throw error;
    }
    making.made();
  }

  #isMade(vrf: NodeVrf): boolean {
    const made = this.#store.get(vrf.name);
    return made === vrf || isDeepStrictEqual(made, vrf);
  }

  /** A definition is the same object until it changes: while what was made of it stands, it need not be resolved again. */
  #remember(name: string): void {
    const definition = this.#source.get(name);
    const made = this.#store.get(name);
    if (definition && made) this.#resolved.set(definition, made);
  }

  /** All VRFs made on this node, in this run of the agent or an earlier one. */
  list(): NodeVrf[] {
    return this.#store.list();
  }
}
