/**
 * Writes what this node has to say of the VRFs, and holds those that are in use here, so that they cannot go. What is there
 * already, by whomever, is not written again: the VRFs are watched anyway, and whoever has been faster is seen.
 */
import { isDeepStrictEqual } from 'node:util';
import { inUseFinalizer, letGo, patchFinalizers, patchStatus, type SeenVrf } from './vrf-object.ts';
import { nextStatus, type Word } from './vrf-status.ts';
import type { Writer } from './writer.ts';

interface Options {
  writer: Writer;
  nodeName: string;
  /** Milliseconds over which agents spread what all of them can say, and a fifth of it what is their own. Default 2 s. */
  spread?: number;
  /** Milliseconds until a VRF that is not used here any more, but elsewhere, is looked at again; longer each time. Default 1 s. */
  again?: number;
}

/** Milliseconds after which a write is repeated of which the watch has not told. */
const repeat = 10_000;
/** Looks at a VRF that is used elsewhere; one that is deleted is looked at for as long as it is there. */
const mostLooks = 3;
/** Milliseconds between two looks at most. */
const longestAgain = 300_000;

interface State {
  /** When the next write is due; undefined when nothing is to be written. */
  due: number | undefined;
  sent: { version: string; at: number };
  /** Whether it was used here, and may have to be let go. */
  release: { looks: number; at: number } | undefined;
}

interface Job {
  /** Milliseconds until it is run, if there is still a reason by then. */
  delay: number;
  run: () => Promise<unknown>;
}

export class VrfStatuses {
  readonly #writer: Writer;
  readonly #nodeName: string;
  readonly #spread: number;
  readonly #again: number;
  readonly #states = new Map<string, State>();

  constructor({ writer, nodeName, spread = 2_000, again = 1_000 }: Options) {
    this.#writer = writer;
    this.#nodeName = nodeName;
    this.#spread = spread;
    this.#again = again;
  }

  /** What is to be said of all VRFs there are, and how they are seen; to be called about once a second. */
  sync(words: ReadonlyMap<string, Word>, seen: (name: string) => SeenVrf | undefined): void {
    const now = performance.now();
    for (const [name, word] of words) {
      const vrf = seen(name);
      if (vrf) this.#look(name, word, vrf, now);
    }
    for (const name of this.#states.keys()) if (!words.has(name)) this.#states.delete(name);
  }

  #look(name: string, word: Word, vrf: SeenVrf, now: number): void {
    const state = this.#states.get(name) ?? { due: undefined, sent: { version: '', at: 0 }, release: undefined };
    this.#states.set(name, state);
    const job = this.#jobOf(name, word, vrf, state, now);
    if (!job) {
      state.due = undefined;
      return;
    }
    state.due ??= now + job.delay;
    if (state.due > now || (state.sent.version === vrf.version && now - state.sent.at < repeat)) return;
    state.due = undefined;
    state.sent = { version: vrf.version, at: now };
    this.#writer.put(`VRF ${name}`, async () => {
      await job.run();
    });
  }

  #jobOf(name: string, word: Word, vrf: SeenVrf, state: State, now: number): Job | undefined {
    const { finalizers, isDeleted } = vrf;
    const attached = word.entry?.attachments ?? 0;
    const isHeld = finalizers.includes(inUseFinalizer);
    if (attached > 0) state.release = { looks: 0, at: 0 };
    if (attached > 0 && !isHeld && !isDeleted) {
      const next = [...finalizers, inUseFinalizer];
      return { delay: 0, run: () => patchFinalizers(this.#writer, name, vrf, next) };
    }
    const status = nextStatus(vrf.status, this.#nodeName, word, new Date());
    if (!isDeepStrictEqual(status, vrf.status ?? {})) {
      const delay = Math.random() * (word.entry ? this.#spread / 5 : this.#spread);
      return { delay, run: () => patchStatus(this.#writer, name, vrf, status) };
    }
    // While the watch has not told of our last write, it may be held by that.
    if (!isHeld && state.sent.version !== vrf.version) state.release = undefined;
    return attached === 0 && isHeld ? this.#release(name, vrf, state, now) : undefined;
  }

  /** Of two nodes that let go at once each may see the other: hence more than one look. */
  #release(name: string, vrf: SeenVrf, state: State, now: number): Job | undefined {
    const { release } = state;
    if (!release || release.at > now || (release.looks >= mostLooks && !vrf.isDeleted)) return undefined;
    const wait = Math.min(longestAgain, this.#again * 4 ** release.looks);
    return {
      delay: 0,
      run: async () => {
        state.release = { looks: release.looks + 1, at: performance.now() + wait * (0.5 + Math.random()) };
        state.sent.version = '';
        await letGo(this.#writer, name, vrf, this.#nodeName);
      },
    };
  }
}
