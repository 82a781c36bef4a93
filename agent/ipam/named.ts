/** Addresses that were asked for by name: static ones of the annotation, and reservations. */
import { bitsOf, formatPrefix, isHostUsable, type Prefix, parsePrefix } from '../../common/addresses.ts';
import { CniCode, CniError } from '../../common/errors.ts';
import { type AddressPlan, isFor, poolsOf } from './address-plan.ts';
import type { Owner, Table } from './table.ts';
import { ownerText, podText, reading } from './text.ts';

/** Reads the addresses an attachment asks for. Throws CniError invalidConfig for a malformed one. */
export function parseWanted(vrf: string, wanted: readonly string[]): Prefix[] {
  return wanted.map((text) => reading(`address for VRF ${vrf}`, text, parsePrefix));
}

/** The addresses reserved for the owner's pod; empty when there are none. */
export function reservedFor(plan: AddressPlan, owner: Owner): Prefix[] {
  return plan.reservations.filter((reservation) => isFor(reservation, owner)).flatMap(({ prefixes }) => prefixes);
}

/**
 * Throws a CniError unless the owner may have all of these addresses: invalidConfig for one that cannot be right,
 * refused for one that is not the owner's to have, tryAgainLater for one that becomes free by itself.
 */
export function checkNamed(plan: AddressPlan, table: Table, owner: Owner, prefixes: readonly Prefix[]): void {
  const own = new Set(reservedFor(plan, owner).map(formatPrefix));
  prefixes.forEach((prefix, i) => {
    if (prefixes.slice(0, i).some(({ family, address }) => family === prefix.family && address === prefix.address)) {
      throw new CniError(CniCode.invalidConfig, `${inVrf(plan, prefix)} is named twice`, 'name it once');
    }
    if (!own.has(formatPrefix(prefix))) checkPool(plan, owner, prefix);
    else if (!isHostUsable(prefix)) throw unusable(plan, prefix);
    checkInUseByNetwork(plan, prefix);
    checkHolder(plan, table, owner, prefix);
  });
}

/** What holds for static addresses, not for the pod's own reservation. */
function checkPool(plan: AddressPlan, owner: Owner, prefix: Prefix): void {
  const { family, address, length } = prefix;
  const pools = poolsOf(plan, prefix);
  const pool = pools[0];
  if (!pool) {
    throw new CniError(
      CniCode.refused,
      `${inVrf(plan, prefix)} lies in no pool of the VRF`,
      plan.pools.length > 0
        ? `the pools are ${plan.pools.map(({ label }) => label).join(', ')}`
        : 'the VRF has no pools',
    );
  }
  const isHostRoute = plan.routed && length === bitsOf(family);
  if (length !== pool.subnet.length && !isHostRoute) {
    const right = formatPrefix({ ...prefix, length: pool.subnet.length });
    const message = `${inVrf(plan, prefix)} has prefix length ${length}, its pool ${pool.label} has ${pool.subnet.length}`;
    throw new CniError(CniCode.invalidConfig, message, `write ${right}`);
  }
  if (!isHostUsable({ ...prefix, length: pool.subnet.length })) throw unusable(plan, prefix);
  const excluded = plan.pools.flatMap((each) => each.excluded);
  if (excluded.some((span) => span.family === family && span.first <= address && address <= span.last)) {
    throw new CniError(
      CniCode.refused,
      `${inVrf(plan, prefix)} is excluded (spec.addresses.pools.exclude)`,
      'choose another',
    );
  }
  const other = plan.reservations.find(
    (reservation) =>
      !isFor(reservation, owner) && reservation.prefixes.some((p) => p.family === family && p.address === address),
  );
  if (other) {
    throw new CniError(CniCode.refused, `${inVrf(plan, prefix)} is reserved for ${podText(other)}`, 'choose another');
  }
}

function checkInUseByNetwork(plan: AddressPlan, prefix: Prefix): void {
  const isIt = (ip?: { family: number; address: bigint }) =>
    ip?.family === prefix.family && ip.address === prefix.address;
  const pool = plan.pools.find(({ gateway }) => isIt(gateway));
  if (pool) {
    throw new CniError(
      CniCode.refused,
      `${inVrf(plan, prefix)} is the gateway of pool ${pool.label}`,
      'choose another',
    );
  }
  if (plan.uplinks.some(isIt)) {
    throw new CniError(
      CniCode.refused,
      `${inVrf(plan, prefix)} is a node's own address on the uplink`,
      'choose another',
    );
  }
}

/** Throws a CniError when the address is not free on this node. */
export function checkHolder(plan: AddressPlan, table: Table, owner: Owner, prefix: Prefix): void {
  const entry = table.get(plan.vrf, prefix.family, prefix.address);
  if (!entry) return;
  const holder = entry.owner;
  if (entry.quarantined) {
    throw new CniError(
      CniCode.tryAgainLater,
      `${inVrf(plan, prefix)} is still being released by ${ownerText(holder)}`,
      'it is free as soon as the kernel has deleted that interface',
    );
  }
  if (owner.pod !== '' && podText(holder) === podText(owner) && holder.containerId !== owner.containerId) {
    throw new CniError(
      CniCode.tryAgainLater,
      `${inVrf(plan, prefix)} is still held by the pod's earlier container ${holder.containerId} (interface ${holder.interface})`,
      'it is free as soon as the runtime has deleted that container',
    );
  }
  throw new CniError(
    CniCode.refused,
    `${inVrf(plan, prefix)} is taken by ${ownerText(holder)}`,
    'choose another, or delete its holder',
  );
}

function unusable(plan: AddressPlan, prefix: Prefix): CniError {
  return new CniError(
    CniCode.invalidConfig,
    `${inVrf(plan, prefix)} cannot be a host's: it is a network, broadcast, anycast, multicast or loopback address`,
    'choose another',
  );
}

function inVrf(plan: AddressPlan, prefix: Prefix): string {
  return `address ${formatPrefix(prefix)} in VRF ${plan.vrf}`;
}
