/** Which VRFs the agent has made on this node, so that it can take them back after a restart. */
import type { NodeVrf } from '../plan/desired.ts';
import { JsonDirectory, type UnreadableRecord } from './json-directory.ts';

function wrongWith(value: unknown): string | undefined {
  const { name, mode, backend } = (value ?? {}) as Partial<NodeVrf>;
  return [name, mode, backend].every((text) => typeof text === 'string') ? undefined : 'not a record of a VRF';
}

export class VrfStore {
  readonly #records: JsonDirectory<NodeVrf>;

  /** Reads what is there; files that are no records are kept aside in {@link unreadable}, never deleted. */
  constructor(directory: string) {
    this.#records = new JsonDirectory(directory, wrongWith);
  }

  get unreadable(): readonly UnreadableRecord[] {
    return this.#records.unreadable;
  }

  get(name: string): NodeVrf | undefined {
    return this.#records.get(name);
  }

  list(): NodeVrf[] {
    return this.#records.list();
  }

  put(vrf: NodeVrf): void {
    this.#records.put(vrf, vrf.name);
  }

  remove(name: string): void {
    this.#records.remove(name);
  }
}
