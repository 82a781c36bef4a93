/** Addresses that nobody has named: from the pools, or those that the pod has already. */
import { contains, type Family, type IpAddress, isHostUsable, type Prefix } from '../../common/addresses.ts';
import { CniCode, CniError } from '../../common/errors.ts';
import type { AddressPlan } from './address-plan.ts';
import { checkHolder } from './named.ts';
import { findFree, type Pool, stickyStart } from './pool.ts';
import { intervalAt, sizeWithout } from './spans.ts';
import type { Owner, Table } from './table.ts';
import { podText } from './text.ts';

/** What is known of a VRF's addresses beyond this node. */
export interface Elsewhere {
  /** Addresses that are the pod's already, to be chosen before any other. */
  own: readonly IpAddress[];
  /** Whether somebody else has the address, on whatever node. */
  isTaken(family: Family, address: bigint): boolean;
}

const nowhere: Elsewhere = { own: [], isTaken: () => false };

/** No pool of the VRF has a free address of a family. */
export class PoolExhausted extends CniError {}

/**
 * Chooses one address for each family the VRF has pools of, in the order of the pools, from the first pool with a
 * free one. Throws CniError refused when there is no pool, PoolExhausted when there is no free address; tryAgainLater when
 * addresses of a full pool, or one of the pod's own, are being released.
 */
export function chooseFromPools(plan: AddressPlan, table: Table, owner: Owner, elsewhere = nowhere): Prefix[] {
  if (plan.pools.length === 0) {
    const forWhom = owner.pod ? `, no reservation for ${podText(owner)}` : '';
    throw new CniError(
      CniCode.refused,
      `VRF ${plan.vrf} has no address to give: it has no pools${forWhom}, and the attachment names no address`,
      'add spec.addresses.pools or spec.addresses.reservations to the VRF',
    );
  }
  const families = [...new Set(plan.pools.map(({ subnet }) => subnet.family))];
  return families.map((family) => chooseOne(plan, table, owner, family, elsewhere));
}

function chooseOne(plan: AddressPlan, table: Table, owner: Owner, family: Family, elsewhere: Elsewhere): Prefix {
  for (const own of elsewhere.own) {
    const pool = own.family === family ? poolFor(plan, own) : undefined;
    if (!pool || elsewhere.isTaken(family, own.address)) continue;
    const prefix = { ...own, length: pool.subnet.length };
    // One that is its own and not free becomes free: another would not do.
    checkHolder(plan, table, owner, prefix);
    return prefix;
  }
  for (const { subnet, candidates } of plan.pools) {
    if (subnet.family !== family) continue;
    const start = stickyStart(candidates, plan.vrf, owner.namespace, owner.pod);
    const isTaken = (address: bigint) =>
      table.get(plan.vrf, family, address) !== undefined || elsewhere.isTaken(family, address);
    const address = findFree(candidates, start, plan.blocked[family], isTaken);
    if (address !== undefined) return { family, address, length: subnet.length };
  }
  throw exhausted(plan, table, family);
}

/** The pool that an address may be given from, by the VRF as it is today. */
function poolFor(plan: AddressPlan, { family, address }: IpAddress): Pool | undefined {
  if (intervalAt(plan.blocked[family], address)) return undefined;
  return plan.pools.find(
    ({ subnet }) => contains(subnet, family, address) && isHostUsable({ family, address, length: subnet.length }),
  );
}

function exhausted(plan: AddressPlan, table: Table, family: Family): CniError {
  const pools = plan.pools.filter(({ subnet }) => subnet.family === family);
  // Nothing is free, so whatever is not blocked is in use.
  const usage = pools.map(({ label, candidates }) => {
    const size = sizeWithout(candidates, plan.blocked[family]);
    return `${label}: ${size} of ${size} in use`;
  });
  const message = `VRF ${plan.vrf} has no free IPv${family} address (${usage.join('; ')})`;
  const releasing = [...table.entries(plan.vrf, family)].filter(
    ({ quarantined, prefix: { address } }) =>
      quarantined && pools.some(({ candidates }) => candidates.first <= address && address <= candidates.last),
  ).length;
  if (releasing > 0) {
    return new PoolExhausted(CniCode.tryAgainLater, message, `${releasing} of them are being released right now`);
  }
  return new PoolExhausted(CniCode.refused, message, 'widen or add a pool, or delete pods that hold addresses');
}
