/**
 * What the Kubernetes API said last, VRFs in force and the node's labels, so that an agent that starts while the API is away
 * serves them.
 */
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { parseVrf, type Vrf } from '../api/vrf.ts';
import { JsonDirectory, type UnreadableRecord } from './json-directory.ts';

const labelsShape = z.object({ labels: z.record(z.string(), z.string()) });

function wrongWith(value: unknown, [kind, name]: readonly string[]): string | undefined {
  if (kind === 'node') return labelsShape.safeParse(value).success ? undefined : "not a record of a node's labels";
  const { vrf, problems } = parseVrf(value);
  if (!vrf) return `not a VRF: ${problems[0]?.field}: ${problems[0]?.message}`;
  return kind === 'vrf' && vrf.metadata.name === name ? undefined : `it is VRF ${vrf.metadata.name}`;
}

export class KnownStore {
  readonly #records: JsonDirectory<Vrf | z.output<typeof labelsShape>>;
  readonly #node: string;

  /** Reads what is there; what is no record is as good as missing. `node` is the name of this one. */
  constructor(directory: string, node: string) {
    this.#records = new JsonDirectory(directory, wrongWith);
    this.#node = node;
  }

  get unreadable(): UnreadableRecord[] {
    return this.#records.unreadable;
  }

  vrfs(): Vrf[] {
    return this.#records.list().filter((record) => 'spec' in record);
  }

  /** Undefined when they were never known. */
  labels(): Record<string, string> | undefined {
    const record = this.#records.get('node', this.#node);
    return record && 'labels' in record ? record.labels : undefined;
  }

  /** Writes what differs. Throws CniError ioFailure when the file system refuses. */
  save(vrfs: readonly Vrf[], labels: Record<string, string>): void {
    const names = new Set(vrfs.map(({ metadata }) => metadata.name));
    for (const { metadata } of this.vrfs()) if (!names.has(metadata.name)) this.#records.remove('vrf', metadata.name);
    for (const vrf of vrfs) this.#put(vrf, 'vrf', vrf.metadata.name);
    this.#put({ labels }, 'node', this.#node);
  }

  #put(record: Vrf | z.output<typeof labelsShape>, ...name: string[]): void {
    if (!isDeepStrictEqual(this.#records.get(...name), record)) this.#records.put(record, ...name);
  }
}
