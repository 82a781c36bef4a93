/** The addresses that this node's pods held last, by the Kubernetes API, so that an agent that starts while it is away knows them. */
import * as z from 'zod';
import { JsonDirectory, type UnreadableRecord } from './json-directory.ts';

const text = z.string();

const heldShape = z.array(
  z.object({
    name: text,
    uid: text,
    resourceVersion: text,
    vrf: text,
    address: text,
    pod: z.object({ namespace: text, name: text, uid: text }),
    node: text,
    sticky: z.boolean(),
  }),
);

type Held = z.output<typeof heldShape>;

export class HeldStore {
  readonly #records: JsonDirectory<Held>;
  readonly #node: string;

  /** Reads what is there; what is no record is as good as missing. `node` is the name of this one. */
  constructor(directory: string, node: string) {
    this.#records = new JsonDirectory(directory, (value) =>
      heldShape.safeParse(value).success ? undefined : 'not a record of addresses',
    );
    this.#node = node;
  }

  get unreadable(): UnreadableRecord[] {
    return this.#records.unreadable;
  }

  list(): Held {
    return this.#records.get('node', this.#node) ?? [];
  }

  /** Throws CniError ioFailure when the file system refuses. */
  save(held: Held): void {
    this.#records.put(held, 'node', this.#node);
  }
}
