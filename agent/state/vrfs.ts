/** Which VRFs the agent has made on this node, one JSON file each, so that it can take them back after a restart. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeVrf } from '../plan/desired.ts';

export class VrfStore {
  readonly #directory: string;
  readonly #vrfs = new Map<string, NodeVrf>();

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const file of readdirSync(directory).filter((name) => name.endsWith('.json'))) {
      try {
        const vrf = JSON.parse(readFileSync(join(directory, file), 'utf8')) as NodeVrf;
        if (typeof vrf?.name === 'string') this.#vrfs.set(vrf.name, vrf);
      } catch {
        // Half a file of a crash before the rename is impossible; a foreign one is left alone.
      }
    }
  }

  get(name: string): NodeVrf | undefined {
    return this.#vrfs.get(name);
  }

  list(): NodeVrf[] {
    return [...this.#vrfs.values()];
  }

  put(vrf: NodeVrf): void {
    const path = join(this.#directory, `${vrf.name}.json`);
    writeFileSync(`${path}.tmp`, `${JSON.stringify(vrf)}\n`, { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
    this.#vrfs.set(vrf.name, vrf);
  }

  remove(name: string): void {
    rmSync(join(this.#directory, `${name}.json`), { force: true });
    this.#vrfs.delete(name);
  }
}
