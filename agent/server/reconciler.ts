/**
 * Repairs on the node's side what others change while the agent runs, by the plan that made it. The kernel announces each
 * change: of what was not touched nothing is looked at, but once in a while everything.
 */
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Heard, Listener } from '../apply/listener.ts';
import type { PlaceHandle } from '../apply/place.ts';
import { type NodeVrf, vrfPlace } from '../plan/desired.ts';
import type { Place } from '../plan/kernel-object.ts';
import type { Agent } from './agent.ts';
import { type Outcome, Pace } from './pace.ts';
import { repairHostEnds, repairVrf } from './repair.ts';
import { mark, type Touched, type TouchedVrfs, touch } from './touched.ts';

/** In milliseconds: how often announcements are read, and how soon something is repaired at best. */
const interval = 250;
/** In rounds: everything once a minute, for what is not announced. */
const allRounds = 240;
/** In rounds: how long an end of the changes is waited for. */
const longest = 4;
/** Host ends looked at without letting others have a turn. */
const slice = 8;

export class Reconciler {
  readonly #agent: Agent;
  readonly #log: Logger;
  readonly #listeners = new WeakMap<PlaceHandle, Listener>();
  readonly #paces = new Map<string, Pace>();
  /** The last failure of each VRF: said once. */
  readonly #failures = new Map<string, string>();
  /** As they were at the last look. */
  readonly #known = new Map<string, NodeVrf>();
  readonly #touched: TouchedVrfs = new Map();
  #round = 0;
  #waited = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(agent: Agent, log: Logger) {
    this.#agent = agent;
    this.#log = log;
  }

  /** Listens and repairs from now on; keeps no process alive. What is wrong already is for {@link Agent.resume}. */
  start(): void {
    this.#listen();
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#tick(), interval);
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    const timer = this.#timer;
    try {
      await this.#look();
    } catch (error) {
      this.#log.error(
        { error: (error as Error).message },
        'looking for changes on the node failed: will be tried again',
      );
    }
    if (timer === this.#timer && timer !== undefined) this.#schedule();
  }

  async #look(): Promise<void> {
    const isQuiet = !this.#listen();
    this.#round++;
    this.#markChanged(this.#round % allRounds === 0);
    // Whoever is at work is let finish, unless it takes long.
    this.#waited = isQuiet || this.#waited === longest ? 0 : this.#waited + 1;
    if (this.#waited > 0) return;
    for (const [name, touched] of [...this.#touched]) {
      const pace = this.#paces.get(name) ?? new Pace();
      if (pace.notBefore > performance.now()) continue;
      this.#touched.delete(name);
      const vrf = this.#agent.vrfStore.get(name);
      if (vrf && this.#agent.isAttached(name)) {
        this.#paces.set(name, pace);
        await this.#reconcile(vrf, touched, pace);
      } else for (const map of [this.#paces, this.#failures, this.#known]) map.delete(name);
    }
  }

  /** Reads what was announced since the last round; whether any of it concerns us. */
  #listen(): boolean {
    const { attachments, vrfs } = this.#agent;
    let concerns = false;
    for (const place of new Set(['node' as const, ...vrfs.list().map(vrfPlace)])) {
      try {
        const heard = this.#hear(place);
        if (heard && touch(this.#touched, place, heard, vrfs.list(), attachments.list())) concerns = true;
      } catch {
        // Its VRF's own repair meets the same, tells of it, and tries again at its pace.
        for (const vrf of vrfs.list()) if (vrfPlace(vrf) === place) mark(this.#touched, vrf.name).all = true;
      }
    }
    return concerns;
  }

  #hear(place: Place): Heard | undefined {
    const handle = this.#agent.node.lookup(place);
    return handle && this.#listener(handle).hear();
  }

  #listener(handle: PlaceHandle): Listener {
    const listener = this.#listeners.get(handle) ?? new Listener(handle);
    this.#listeners.set(handle, listener);
    return listener;
  }

  /** Host ends follow some of the VRF's definition. */
  #markChanged(all: boolean): void {
    for (const vrf of this.#agent.vrfs.list()) {
      const known = this.#known.get(vrf.name);
      if (all || (known && known !== vrf)) mark(this.#touched, vrf.name).all = true;
      this.#known.set(vrf.name, vrf);
    }
  }

  async #reconcile(vrf: NodeVrf, { all, hostEnds }: Touched, pace: Pace): Promise<void> {
    const concerned = this.#agent.attachments
      .list()
      .filter(({ attachment }) => attachment.vrf.name === vrf.name && (all || hostEnds.has(attachment.hostEnd)));
    const actions = [() => this.#repairVrf(vrf)];
    for (let at = 0; at < concerned.length; at += slice) {
      const some = concerned.slice(at, at + slice);
      actions.push(() => repairHostEnds(this.#agent, vrf, some, this.#log));
    }
    let [repaired, took] = [false, 0];
    const failures: string[] = [];
    for (const action of actions) {
      const began = performance.now();
      try {
        // It may have been taken back or changed while others had their turn.
        if (this.#agent.vrfStore.get(vrf.name) === vrf && action()) repaired = true;
      } catch (error) {
        failures.push((error as Error).message);
      }
      took += performance.now() - began;
      await turnOfOthers();
    }
    this.#tell(vrf.name, failures[0]);
    const outcome: Outcome = failures.length > 0 ? 'failed' : repaired ? 'repaired' : 'right';
    // What has failed is to be tried again without anybody's announcement.
    if (outcome === 'failed') mark(this.#touched, vrf.name).all = true;
    if (pace.note(outcome, performance.now(), took)) {
      this.#log.error(
        { vrf: vrf.name },
        'somebody keeps changing what multivrf made: from now on it is repaired once a minute',
      );
    }
  }

  #repairVrf(vrf: NodeVrf): boolean {
    const repaired = repairVrf(this.#agent, vrf, this.#log);
    // The uplink may be another of the same name, which host ends divert to.
    if (repaired && vrf.mode === 'bridge') mark(this.#touched, vrf.name).all = true;
    return repaired;
  }

  #tell(vrf: string, failure: string | undefined): void {
    if (failure === this.#failures.get(vrf)) return;
    if (failure === undefined) {
      this.#failures.delete(vrf);
      this.#log.info({ vrf }, 'VRF is again as it was made');
    } else {
      this.#failures.set(vrf, failure);
      this.#log.error({ vrf, error: failure }, 'VRF could not be repaired');
    }
  }
}
