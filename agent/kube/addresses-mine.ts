/** The addresses of this node's pods: by the watch, and while that was never heard of, by what an earlier agent has left. */
import { addressesPath, type HeldAddress, toHeld } from './addresses-object.ts';
import { reasonOf } from './api-error.ts';
import { Informer, type InformerOptions } from './informer.ts';
import type { Reach } from './reach.ts';

/** What outlives the agent. */
export interface HeldMemory {
  list(): HeldAddress[];
  save(held: HeldAddress[]): void;
}

type Options = Pick<InformerOptions<HeldAddress>, 'client' | 'log' | 'changed'> & {
  reach: Reach;
  nodeName: string;
  memory: HeldMemory;
};

/** As an outage names it. */
export const whatAddresses = 'VRFAddresses';

/** Milliseconds after a change until it is kept; many come together. */
const soon = 200;
/** Milliseconds that a watch may be behind. */
const late = 5_000;

export class MyAddresses {
  readonly #options: Options;
  readonly #informer: Informer<HeldAddress>;
  readonly #remembered: ReadonlyMap<string, HeldAddress>;
  /** What was written here, until the watch tells of it. */
  readonly #written = new Map<string, HeldAddress>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    const { client, reach, log, nodeName, memory } = options;
    this.#options = options;
    this.#remembered = new Map(memory.list().map((held) => [held.name, held]));
    this.#informer = new Informer<HeldAddress>({
      client,
      reach,
      log,
      what: whatAddresses,
      path: addressesPath,
      query: { fieldSelector: `spec.node=${nodeName}` },
      keep: (object, known) =>
        known && known.resourceVersion === object.metadata.resourceVersion ? known : toHeld(object),
      changed: () => {
        for (const [name, { resourceVersion }] of this.#written)
          if (this.#informer.get(name)?.resourceVersion === resourceVersion) this.#written.delete(name);
        this.#timer ??= setTimeout(() => this.#save(), soon).unref();
        options.changed();
      },
    });
  }

  get synced(): Promise<void> {
    return this.#informer.synced;
  }

  get(name: string): HeldAddress | undefined {
    return this.#isOfBefore ? this.#remembered.get(name) : (this.#written.get(name) ?? this.#informer.get(name));
  }

  /** What a write has come to. */
  note(held: HeldAddress): void {
    const { name } = held;
    this.#written.set(name, held);
    // Should the watch never tell of it, it was deleted meanwhile.
    setTimeout(() => {
      if (this.#written.get(name) === held) this.#written.delete(name);
    }, late).unref();
  }

  list(): HeldAddress[] {
    if (this.#isOfBefore) return [...this.#remembered.values()];
    const others = this.#informer.list().filter(({ name }) => !this.#written.has(name));
    return [...others, ...this.#written.values()];
  }

  stop(): void {
    if (this.#timer) this.#save();
    this.#informer.stop();
  }

  /** Only in an outage: where the API can be asked, others may have been given meanwhile what was this node's. */
  get #isOfBefore(): boolean {
    return !this.#informer.isSynced && this.#options.reach.failing(whatAddresses) !== undefined;
  }

  #save(): void {
    const { memory, log } = this.#options;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      memory.save(this.#informer.list());
    } catch (error) {
      log.error({ error: reasonOf(error) }, 'addresses are not kept for a start without the API');
    }
  }
}
