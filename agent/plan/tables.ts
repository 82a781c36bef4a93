/** Choosing routing tables. Numbers below 1000 are what administrators use by hand. */
import { CniCode, CniError } from '../../common/errors.ts';

const first = 1001;
/** unspec, default, main, local (linux/rtnetlink.h) */
const reserved = new Set([0, 253, 254, 255]);

/** The `count` lowest free tables. `used` says by whom a table is used. */
export function freeTables(count: number, used: (table: number) => string | undefined): number[] {
  const tables: number[] = [];
  for (let table = first; tables.length < count; table++) {
    if (used(table) === undefined) tables.push(table);
  }
  return tables;
}

/** Refuses a table that the operator chose for `vrf` but something else uses. */
export function checkTable(vrf: string, table: number, usedBy: string | undefined): void {
  const by = reserved.has(table) ? 'the kernel itself' : usedBy;
  if (by === undefined) return;
  throw new CniError(
    CniCode.kernel,
    `VRF ${vrf}: table ${table} is in use by ${by}`,
    'choose another spec.table, or leave it out to have a free one allocated',
  );
}
