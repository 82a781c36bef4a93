/** How many addresses of a VRF are in use, and how many its pools have left. */
import { contains, type Family, type IpAddress, parseAddress } from '../../common/addresses.ts';
import type { AddressPlan } from './address-plan.ts';
import type { Pool } from './pool.ts';
import { intervalAt, sizeWithout } from './spans.ts';

/** Numbers that JSON can carry: MAX_SAFE_INTEGER stands for any more. */
export interface Usage {
  used: number;
  /** Of the family of which less is left; 0 without pools. */
  free: number;
  pools: { pool: string; used: number; free: number }[];
}

interface Tally {
  pool: Pool;
  used: number;
  /** Of those that could be given out, in use. */
  given: number;
}

/** Counts what is used and free of the pools of a VRF, one address after the other: nobody keeps them all. */
export class UsageCount {
  readonly #plan: AddressPlan;
  readonly #tallies: Tally[];
  #used = 0;

  constructor(plan: AddressPlan) {
    this.#plan = plan;
    this.#tallies = plan.pools.map((pool) => ({ pool, used: 0, given: 0 }));
  }

  /** Counts an address in use, one that no pool has as well. Throws for what is no address. */
  add(text: string): void {
    const ip = parseAddress(text);
    const { family, address } = ip;
    this.#used += 1;
    const holding = this.#tallies.filter(({ pool }) => contains(pool.subnet, family, address));
    const giving = holding.find(({ pool }) => isCandidate(pool, ip));
    const tally = giving ?? holding[0];
    if (!tally) return;
    tally.used += 1;
    if (giving && !intervalAt(this.#plan.blocked[family], address)) tally.given += 1;
  }

  get usage(): Usage {
    const rows = this.#tallies.map(({ pool, used, given }) => ({
      family: pool.subnet.family,
      pool: pool.label,
      used,
      left: sizeWithout(pool.candidates, this.#plan.blocked[pool.subnet.family]) - BigInt(given),
    }));
    const families = [...new Set(rows.map(({ family }) => family))];
    const leftOf = (family: Family) => rows.reduce((sum, row) => (row.family === family ? sum + row.left : sum), 0n);
    const left = families.map((family) => asNumber(leftOf(family)));
    return {
      used: this.#used,
      free: left.length === 0 ? 0 : Math.min(...left),
      pools: rows.map(({ pool, used, left }) => ({ pool, used, free: asNumber(left) })),
    };
  }
}

const most = BigInt(Number.MAX_SAFE_INTEGER);

const asNumber = (value: bigint): number => Number(value < most ? value : most);

const isCandidate = ({ candidates }: Pool, { family, address }: IpAddress): boolean =>
  candidates.family === family && candidates.first <= address && address <= candidates.last;
