/** Writes this node's word on the VRFs, and holds those that are in use here, so that they cannot go. */
import { isDeepStrictEqual } from 'node:util';
import type { VrfStatus } from '../api/vrf-status.ts';
import type { KubeObject } from './object.ts';
import { nextStatus, type Word } from './status.ts';
import { unless, type Writer } from './writer.ts';

/** Keeps a VRF from going while a pod is attached to it on any node. */
export const inUseFinalizer = 'multivrf.dev/in-use';

interface Options {
  writer: Writer;
  nodeName: string;
  /** Milliseconds between two writes of which the second has another number of attachments only: all nodes watch the VRFs. Default 30 s. */
  calm?: number;
  /** Milliseconds over which agents spread what any of them can say. Default 5 s. */
  spread?: number;
}

/** Nodes that are asked for in one go. */
const mostAsked = 20;
/** Milliseconds after which a deleted VRF is looked at again. */
const deletedAgain = 300_000;

interface Told {
  word: Word;
  /** What of it cannot wait. */
  urgent: string;
  at: number;
  /** When the next one is to be written; undefined when there is none. */
  due: number | undefined;
}

type VrfObject = KubeObject & {
  metadata: { finalizers?: string[] };
  status?: VrfStatus;
};

const contentType = 'application/merge-patch+json';

export class VrfStatuses {
  readonly #writer: Writer;
  readonly #nodeName: string;
  readonly #calm: number;
  readonly #spread: number;
  readonly #told = new Map<string, Told>();
  #isFirst = true;

  constructor({ writer, nodeName, calm = 30_000, spread = 5_000 }: Options) {
    this.#writer = writer;
    this.#nodeName = nodeName;
    this.#calm = calm;
    this.#spread = spread;
  }

  /** What is to be said of all VRFs there are; to be called about once a second. */
  sync(words: ReadonlyMap<string, Word>): void {
    const now = performance.now();
    for (const [name, word] of words) this.#note(name, word, now);
    for (const [name, told] of this.#told) {
      if (!words.has(name)) this.#told.delete(name);
      else if (told.due !== undefined && told.due <= now) {
        Object.assign(told, { due: undefined, at: now });
        this.#writer.put(`status of VRF ${name}`, () => this.#write(name));
      }
    }
    this.#isFirst = false;
  }

  #note(name: string, word: Word, now: number): void {
    const urgent = urgentOf(word);
    const told = this.#told.get(name);
    if (!told) {
      // At the start also what an earlier run has left there; later only what there is to say.
      const due = this.#isFirst || hasToSay(word) ? now + this.#delay(word) : undefined;
      this.#told.set(name, { word, urgent, at: 0, due });
    } else if (told.urgent !== urgent) {
      told.urgent = urgent;
      if (hasToSay(told.word) || hasToSay(word)) told.due = now + this.#delay(word);
    } else if (told.word.entry?.attachments !== word.entry?.attachments) {
      told.due ??= told.at + this.#calm;
    } else if (word.verdict?.isDeleted) {
      told.due ??= told.at + deletedAgain * (0.5 + Math.random());
    }
    this.#told.get(name)!.word = word;
  }

  /** One node's own word is its own; what the spec says all agents see at once. */
  #delay(word: Word): number {
    return word.entry === undefined && hasToSay(word) ? Math.random() * this.#spread : 0;
  }

  #write(name: string): Promise<void> {
    return this.#writer.untilAgreed(async () => {
      const told = this.#told.get(name);
      if (!told) return;
      const path = `/apis/multivrf.dev/v1alpha1/vrfs/${name}`;
      const found = await unless([404], this.#writer.send<VrfObject>({ path }));
      if (!found) return;
      const gone = told.word.verdict?.isDeleted ? await this.#gone(found.status) : undefined;
      const status = nextStatus(found.status, this.#nodeName, told.word, new Date(), gone);
      const isSame = isDeepStrictEqual(status, found.status ?? {});
      const object = isSame ? found : await this.#patch(`${path}/status`, found, { status });
      await this.#hold(path, object, told.word, (status.attachments ?? 0) > 0);
    });
  }

  /** Of the nodes that hold a deleted VRF, those that are no more: nobody else could ever let it go. */
  async #gone(status: VrfStatus | undefined): Promise<Set<string>> {
    const others = (status?.nodes ?? []).filter(({ name }) => name !== this.#nodeName).slice(0, mostAsked);
    const names = others.map(async ({ name }) => {
      const node = await unless([404], this.#writer.send({ path: `/api/v1/nodes/${name}` }));
      return node ? [] : [name];
    });
    return new Set((await Promise.all(names)).flat());
  }

  /** After the status, whose version it is bound to: nobody can have been attached meanwhile without a conflict here. */
  async #hold(path: string, object: VrfObject, { entry }: Word, isHeld: boolean): Promise<void> {
    const { finalizers = [], deletionTimestamp } = object.metadata;
    const has = finalizers.includes(inUseFinalizer);
    const isHolder = (entry?.attachments ?? 0) > 0;
    if (isHolder && !has && deletionTimestamp === undefined)
      await this.#patch(path, object, {}, [...finalizers, inUseFinalizer]);
    else if (!isHeld && has)
      await this.#patch(
        path,
        object,
        {},
        finalizers.filter((one) => one !== inUseFinalizer),
      );
  }

  #patch(
    path: string,
    { metadata: { resourceVersion } }: VrfObject,
    body: object,
    finalizers?: string[],
  ): Promise<VrfObject> {
    const metadata = { resourceVersion, ...(finalizers ? { finalizers } : {}) };
    return this.#writer.send<VrfObject>({ method: 'PATCH', path, contentType, body: { metadata, ...body } });
  }
}

/** Of a VRF that is valid, stays, and is not used here, there is nothing to say. */
const hasToSay = ({ entry, verdict }: Word): boolean =>
  entry !== undefined || verdict?.invalid !== undefined || verdict?.isDeleted === true;

function urgentOf({ entry, verdict }: Word): string {
  const { attachments = 0, ...rest } = entry ?? {};
  return JSON.stringify([rest, attachments > 0, entry !== undefined, verdict]);
}
