import type { Family, Prefix } from '../../common/addresses.ts';
import { CniCode, CniError } from '../../common/errors.ts';
import type { AddressPlan } from './address-plan.ts';
import { findFree, stickyStart } from './pool.ts';
import { sizeWithout } from './spans.ts';
import type { Owner, Table } from './table.ts';
import { podText } from './text.ts';

/**
 * Chooses one address for each family the VRF has pools of, in the order of the pools, from the first pool with a
 * free one. Throws CniError refused when there is no pool or no free address; tryAgainLater when addresses of a full
 * pool are being released.
 */
export function chooseFromPools(plan: AddressPlan, table: Table, owner: Owner): Prefix[] {
  if (plan.pools.length === 0) {
    const forWhom = owner.pod ? `, no reservation for ${podText(owner)}` : '';
    throw new CniError(
      CniCode.refused,
      `VRF ${plan.vrf} has no address to give: it has no pools${forWhom}, and the attachment names no address`,
      'add spec.addresses.pools or spec.addresses.reservations to the VRF',
    );
  }
  const families = [...new Set(plan.pools.map(({ subnet }) => subnet.family))];
  return families.map((family) => chooseOne(plan, table, owner, family));
}

function chooseOne(plan: AddressPlan, table: Table, owner: Owner, family: Family): Prefix {
  for (const { subnet, candidates } of plan.pools) {
    if (subnet.family !== family) continue;
    const start = stickyStart(candidates, plan.vrf, owner.namespace, owner.pod);
    const isTaken = (address: bigint) => table.get(plan.vrf, family, address) !== undefined;
    const address = findFree(candidates, start, plan.blocked[family], isTaken);
    if (address !== undefined) return { family, address, length: subnet.length };
  }
  throw exhausted(plan, table, family);
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
    return new CniError(CniCode.tryAgainLater, message, `${releasing} of them are being released right now`);
  }
  return new CniError(CniCode.refused, message, 'widen or add a pool, or delete pods that hold addresses');
}
