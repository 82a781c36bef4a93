import type { Family, Prefix } from '../../common/addresses.ts';

/** Who holds an address: one interface of one container. Namespace and pod are empty outside Kubernetes. */
export interface Owner {
  namespace: string;
  pod: string;
  containerId: string;
  interface: string;
}

/** One address in use. A quarantined one belongs to an interface that is still being deleted. */
export interface Entry {
  readonly vrf: string;
  readonly prefix: Prefix;
  readonly owner: Owner;
  quarantined: boolean;
}

type VrfEntries = Record<Family, Map<bigint, Entry>>;

/** Addresses in use, found by VRF and address and by owner. Decides nothing. */
export class Table {
  readonly #byVrf = new Map<string, VrfEntries>();
  readonly #byOwner = new Map<string, Set<Entry>>();

  /** The entry of an address, quarantined or not. */
  get(vrf: string, family: Family, address: bigint): Entry | undefined {
    return this.#byVrf.get(vrf)?.[family].get(address);
  }

  /** What an owner holds, in the order it was added, without what is quarantined. */
  ownedBy(owner: Owner): Entry[] {
    return [...(this.#byOwner.get(ownerKey(owner)) ?? [])];
  }

  /** Every entry, or those of one VRF and family. */
  *entries(vrf?: string, family?: Family): Generator<Entry> {
    for (const [name, entries] of this.#byVrf) {
      if (vrf !== undefined && name !== vrf) continue;
      if (family !== 6) yield* entries[4].values();
      if (family !== 4) yield* entries[6].values();
    }
  }

  add(entry: Entry): void {
    const entries: VrfEntries = this.#byVrf.get(entry.vrf) ?? { 4: new Map(), 6: new Map() };
    this.#byVrf.set(entry.vrf, entries);
    entries[entry.prefix.family].set(entry.prefix.address, entry);
    const key = ownerKey(entry.owner);
    this.#byOwner.set(key, (this.#byOwner.get(key) ?? new Set()).add(entry));
  }

  /** Keeps the address in use but takes it from its owner, who may come again under the same name. */
  quarantine(entry: Entry): void {
    entry.quarantined = true;
    this.#disown(entry);
  }

  /** Removes exactly this entry; a later one of the same address stays. */
  remove(entry: Entry): void {
    this.#disown(entry);
    const entries = this.#byVrf.get(entry.vrf);
    const { family, address } = entry.prefix;
    if (entries?.[family].get(address) !== entry) return;
    entries[family].delete(address);
    if (entries[4].size + entries[6].size === 0) this.#byVrf.delete(entry.vrf);
  }

  #disown(entry: Entry): void {
    const key = ownerKey(entry.owner);
    const owned = this.#byOwner.get(key);
    if (owned?.delete(entry) && owned.size === 0) this.#byOwner.delete(key);
  }
}

function ownerKey({ containerId, interface: name }: Owner): string {
  return `${containerId}\0${name}`;
}
