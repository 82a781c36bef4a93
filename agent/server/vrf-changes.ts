/** VRFs whose definitions change or go: adapted under their pods, or taken back when the last of these has gone. */
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { CniCode, CniError } from '../../common/errors.ts';
import type { Vrf } from '../api/vrf.ts';
import { apply } from '../apply/executor.ts';
import type { NodeVrf } from '../plan/desired.ts';
import { nodeVrf } from '../plan/node-vrf.ts';
import { teardown } from '../plan/teardown.ts';
import { isSameShape, shapeWords, superfluous } from '../plan/vrf-change.ts';
import type { VrfSource } from '../sources/vrf-source.ts';
import type { VrfStore } from '../state/vrfs.ts';
import type { Node } from './node.ts';
import type { NodeVrfs } from './node-vrfs.ts';

export class VrfChanges {
  readonly #node: Node;
  readonly #store: VrfStore;
  readonly #source: VrfSource;
  readonly #vrfs: NodeVrfs;
  readonly #log: Logger;

  constructor(node: Node, store: VrfStore, source: VrfSource, vrfs: NodeVrfs, log: Logger) {
    this.#node = node;
    this.#store = store;
    this.#source = source;
    this.#vrfs = vrfs;
    this.#log = log;
  }

  /** Takes a VRF back that no pod is attached to when its definition is gone, or is of another shape now. */
  retire(name: string, attached: boolean): void {
    const vrf = this.#store.get(name);
    if (!vrf || attached) return;
    const definition = this.#source.get(name);
    if (definition && !this.#isOutdated(vrf, definition)) return;
    this.#tryRemove(vrf);
  }

  /** Takes all VRFs back that no pod is attached to, whatever is defined. */
  clear(isAttached: (name: string) => boolean): void {
    for (const vrf of this.#store.list()) if (!isAttached(vrf.name)) this.#tryRemove(vrf);
  }

  #tryRemove(vrf: NodeVrf): void {
    try {
      this.#remove(vrf);
    } catch (error) {
      this.#log.error({ vrf: vrf.name, error: (error as Error).message }, 'VRF could not be removed');
    }
  }

  #isOutdated(vrf: NodeVrf, definition: Vrf): boolean {
    try {
      return !isSameShape(vrf, this.#vrfs.resolve(definition));
    } catch {
      // Whoever wants to attach a pod to it is told why.
      return false;
    }
  }

  /**
   * Makes way for a VRF whose definition has another shape now than what stands. Throws CniError refused as long as
   * pods, `attached` says which, are attached to that, or when it cannot be removed.
   */
  makeWayFor(vrf: NodeVrf, attached: () => string[]): void {
    const made = this.#store.get(vrf.name);
    if (!made || isSameShape(made, vrf)) return;
    const pods = attached();
    if (pods.length === 0) {
      this.#remove(made);
      return;
    }
    throw new CniError(
      CniCode.refused,
      `VRF ${vrf.name} is to be ${shapeWords(vrf)}, but on this node it still is ${shapeWords(made)}`,
      `it changes when the pods attached to it are gone: ${listed(pods)}; delete them, or change the definition back`,
    );
  }

  #remove(vrf: NodeVrf): void {
    const desired = nodeVrf(vrf);
    apply(teardown(desired, this.#vrfs.observe(desired)), this.#node.host());
    this.#store.remove(vrf.name);
    this.#log.info({ vrf: vrf.name }, 'VRF removed from this node');
  }

  /** A definition changed: without pods it is made anew at the next attachment, with pods it is adapted now. */
  changed(name: string, attached: boolean): void {
    const old = this.#store.get(name);
    const vrf = this.#source.get(name);
    if (!old || !vrf) return;
    try {
      const wanted = this.#vrfs.resolve(vrf);
      if (isDeepStrictEqual(old, wanted)) return;
      if (!attached) this.#remove(old);
      else this.#adapt(old, wanted);
    } catch (error) {
      this.#log.error({ vrf: name, error: (error as Error).message }, 'changed VRF does not take effect on this node');
    }
  }

  #adapt(old: NodeVrf, wanted: NodeVrf): void {
    if (!isSameShape(old, wanted)) {
      const [is, will] = [old, wanted].map(shapeWords);
      this.#log.warn(
        { vrf: old.name, is, will },
        'VRF changes when no pod is attached any more, and takes none until then',
      );
      return;
    }
    const former = superfluous(old, wanted);
    apply(teardown(former, this.#vrfs.observe(former)), this.#node.host());
    const steps = this.#vrfs.planAnew(wanted);
    const making = this.#vrfs.begin(wanted);
    try {
      apply(steps, this.#node.host());
    } catch (error) {
      making.failed();
      throw error;
    }
    making.made();
  }
}

/** The first few, and how many more there are. */
function listed(pods: readonly string[]): string {
  const shown = pods.slice(0, 5).join(', ');
  return pods.length > 5 ? `${shown} and ${pods.length - 5} more` : shown;
}
