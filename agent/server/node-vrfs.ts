/** The VRFs on this node: how they are realised, and how they are made at the first attachment. */
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Vrf } from '../api/vrf.ts';
import { observe } from '../apply/observe.ts';
import { type NodeVrf, vrfPlace } from '../plan/desired.ts';
import { diff } from '../plan/diff.ts';
import type { KernelObject } from '../plan/kernel-object.ts';
import { uplinkDevice } from '../plan/names.ts';
import { nodeVrf } from '../plan/node-vrf.ts';
import type { Observed } from '../plan/observed.ts';
import { chooseBackend, type NodeFacts, needsTable, resolveNodeVrf } from '../plan/resolve.ts';
import type { Step } from '../plan/step.ts';
import { teardown } from '../plan/teardown.ts';
import type { VrfSource } from '../sources/vrf-source.ts';
import type { VrfStore } from '../state/vrfs.ts';
import type { Node } from './node.ts';
import { findTable } from './node-tables.ts';
import { checkUplinkOf } from './node-uplink.ts';

/** To be told how the steps of a VRF went. */
export interface Making {
  made(): void;
  failed(): void;
}

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
    return this.planAnew(vrf, alongside);
  }

  /** What is missing of a VRF on the node, whatever is on record. Throws a CniError when it cannot have its uplink. */
  planAnew(vrf: NodeVrf, alongside: readonly NodeVrf[] = []): Step[] {
    checkUplinkOf(vrf, this.#node, this.#store.get(vrf.name), [...this.#store.list(), ...alongside]);
    const desired = nodeVrf(vrf);
    return diff(desired, this.observe(desired));
  }

  /** The kernel's state as far as it concerns `objects`. */
  observe(objects: readonly KernelObject[]): Observed {
    return observe(objects, (place) => this.#node.lookup(place));
  }

  /** Whether the links that carry the VRF are where they were made. */
  #stands({ name, mode, backend, uplink }: NodeVrf): boolean {
    const handle = this.#node.lookup(vrfPlace({ name, backend }));
    if (!handle) return false;
    const separate = mode === 'bridge' || backend === 'device';
    const carrier = separate ? handle.position(name) : undefined;
    if (separate && !carrier?.up) return false;
    if (!uplink) return true;
    const device = handle.position(uplinkDevice(uplink.interface, uplink.vlan));
    return device?.up === true && (!carrier || device.master === carrier.index);
  }

  /**
   * To be called before the steps of {@link plan} are applied: the record tells an agent that starts after a crash what
   * to look for.
   */
  begin(vrf: NodeVrf): Making {
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
      return teardown(desired, this.observe(desired)).length === 0;
    } catch (error) {
      this.#log.error({ vrf: vrf.name, error: (error as Error).message }, 'what was undone cannot be looked at');
      return false;
    }
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
