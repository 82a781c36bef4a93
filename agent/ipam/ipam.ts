/** Allocation as the rest of the agent sees it: claim, restore, release, quarantine. */
import { formatPrefix, type Prefix, parseAddress } from '../../common/addresses.ts';
import { CniCode, CniError } from '../../common/errors.ts';
import { type AddressedVrf, type AddressPlan, addressPlan, poolsOf } from './address-plan.ts';
import { chooseFromPools, type Elsewhere } from './automatic.ts';
import { checkNamed, parseWanted, reservedFor } from './named.ts';
import { type Entry, type Owner, Table } from './table.ts';
import { ownerText, reading } from './text.ts';

/** An address given to an attachment. */
export interface Allocation {
  vrf: string;
  /** With prefix length, canonical. */
  address: string;
  /** The gateway of the pool it lies in, if that has one. */
  gateway?: string;
}

/** A line of {@link Ipam.list}. */
export interface Holding {
  vrf: string;
  /** With prefix length. */
  address: string;
  owner: Owner;
  /** Still in the way of others: the interface that bore it is being deleted. */
  quarantined: boolean;
}

/**
 * Who has which address of a VRF on this node. Addresses are unique per VRF, not per cluster. Holds everything in
 * memory; after a restart {@link Ipam.restore} fills it from the state of the attachments.
 */
export class Ipam {
  readonly #table = new Table();

  /**
   * Gives an attachment its addresses: those `wanted`, else those reserved for its pod, else one per family from the
   * pools. The same owner asking again gets what it holds. `nodeAddresses` are never given out; `elsewhere` is what
   * is known of other nodes. Throws a CniError and changes nothing when one of them cannot be had.
   */
  claim(
    vrf: AddressedVrf,
    owner: Owner,
    wanted?: readonly string[],
    nodeAddresses?: readonly string[],
    elsewhere?: Elsewhere,
  ): Allocation[] {
    const plan = addressPlan(vrf, nodeAddresses);
    const asked = parseWanted(plan.vrf, wanted ?? []);
    const held = this.#heldIn(plan.vrf, owner);
    if (held.length > 0) {
      checkSame(plan.vrf, owner, held, asked);
      return held.map((prefix) => allocation(plan, prefix));
    }
    const named = asked.length > 0 ? asked : reservedFor(plan, owner);
    checkNamed(plan, this.#table, owner, named);
    const prefixes = named.length > 0 ? named : chooseFromPools(plan, this.#table, owner, elsewhere);
    this.#add(plan.vrf, owner, prefixes);
    return prefixes.map((prefix) => allocation(plan, prefix));
  }

  /**
   * Records what an attachment has already, whatever the VRF says today. Throws CniError refused, and changes nothing,
   * when somebody else holds one of the addresses.
   */
  restore(vrf: string, owner: Owner, addresses: readonly string[]): void {
    const held = new Set(this.#heldIn(vrf, owner).map(formatPrefix));
    const unique = new Map(parseWanted(vrf, addresses).map((prefix) => [formatPrefix(prefix), prefix]));
    const prefixes = [...unique].filter(([text]) => !held.has(text)).map(([, prefix]) => prefix);
    for (const prefix of prefixes) {
      const entry = this.#table.get(vrf, prefix.family, prefix.address);
      if (!entry) continue;
      const message = `address ${formatPrefix(prefix)} in VRF ${vrf} of ${ownerText(owner)} is held by ${ownerText(entry.owner)} too`;
      throw new CniError(CniCode.refused, message, 'delete one of the two');
    }
    this.#add(vrf, owner, prefixes);
  }

  /** Frees what the owner holds in every VRF, at once; what is quarantined stays so. Nothing held is no error. */
  release(owner: Owner): void {
    for (const entry of this.#table.ownedBy(owner)) this.#table.remove(entry);
  }

  /** Gives another owner what one holds in every VRF, in the same order. Nothing held is no error. */
  transfer(from: Owner, to: Owner): void {
    for (const entry of this.#table.ownedBy(from)) {
      this.#table.remove(entry);
      this.#table.add({ ...entry, owner: to });
    }
  }

  /**
   * Takes from the owner what it holds in every VRF, but keeps it from everybody until the returned function is called:
   * the interface that bears it is still being deleted.
   */
  quarantine(owner: Owner): () => void {
    const entries = this.#table.ownedBy(owner);
    for (const entry of entries) this.#table.quarantine(entry);
    return () => {
      for (const entry of entries) this.#table.remove(entry);
    };
  }

  /** Who holds an address (a prefix length is ignored); nobody holds a quarantined one. Throws CniError for what is no address. */
  holder(vrf: string, address: string): Owner | undefined {
    const { family, address: number } = reading(`VRF ${vrf}`, address.split('/', 1)[0]!, parseAddress);
    const entry = this.#table.get(vrf, family, number);
    return entry?.quarantined ? undefined : entry?.owner;
  }

  /** Every address in use. */
  list(): Holding[] {
    return [...this.#table.entries()].map(({ vrf, prefix, owner, quarantined }) => ({
      vrf,
      address: formatPrefix(prefix),
      owner,
      quarantined,
    }));
  }

  #heldIn(vrf: string, owner: Owner): Prefix[] {
    const entries: Entry[] = this.#table.ownedBy(owner).filter((entry) => entry.vrf === vrf);
    return entries.map(({ prefix }) => prefix);
  }

  #add(vrf: string, owner: Owner, prefixes: readonly Prefix[]): void {
    for (const prefix of prefixes) this.#table.add({ vrf, prefix, owner, quarantined: false });
  }
}

function checkSame(vrf: string, owner: Owner, held: readonly Prefix[], asked: readonly Prefix[]): void {
  const [has, wants] = [held, asked].map((prefixes) => prefixes.map(formatPrefix).sort().join(', '));
  if (asked.length === 0 || has === wants) return;
  const message = `${ownerText(owner)} asks for ${wants} in VRF ${vrf} but holds ${has} already`;
  throw new CniError(CniCode.refused, message, 'delete the attachment first');
}

function allocation(plan: AddressPlan, prefix: Prefix): Allocation {
  const gateway = poolsOf(plan, prefix).find((pool) => pool.gateway)?.gateway;
  const result = { vrf: plan.vrf, address: formatPrefix(prefix) };
  return gateway ? { ...result, gateway: gateway.text } : result;
}
