/** Which VRFs the agent has made on this node, so that it can take them back after a restart. */
import type { NodeVrf } from '../plan/desired.ts';
import { JsonDirectory, type UnreadableRecord } from './json-directory.ts';
import { wrongWithVrf } from './shapes.ts';

function wrongWith(value: unknown, [file]: readonly string[]): string | undefined {
  const wrong = wrongWithVrf(value);
  if (wrong !== undefined) return `not a record of a VRF: ${wrong}`;
  const { name } = value as NodeVrf;
  return name === file ? undefined : `it is the record of VRF ${name}`;
}

export class VrfStore {
  readonly #records: JsonDirectory<NodeVrf>;
  /** The same by name: each ADD asks several times, and a file's name takes longer to make than to find. */
  readonly #byName: Map<string, NodeVrf>;

  /** Reads what is there; files that are no records are kept aside in {@link unreadable}. */
  constructor(directory: string) {
    this.#records = new JsonDirectory(directory, wrongWith);
    this.#byName = new Map(this.#records.list().map((vrf) => [vrf.name, vrf]));
  }

  get unreadable(): UnreadableRecord[] {
    return this.#records.unreadable;
  }

  get(name: string): NodeVrf | undefined {
    return this.#byName.get(name);
  }

  list(): NodeVrf[] {
    return this.#records.list();
  }

  put(vrf: NodeVrf): void {
    this.#records.put(vrf, vrf.name);
    this.#byName.set(vrf.name, vrf);
  }

  remove(name: string): void {
    this.#records.remove(name);
    this.#byName.delete(name);
  }
}
