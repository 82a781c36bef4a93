/** Sets of addresses of one family as sorted, disjoint spans: what a /64 needs instead of enumeration. */

/** Consecutive addresses, both ends included. */
export interface Interval {
  first: bigint;
  last: bigint;
}

/** Sorts intervals and joins those that overlap or touch. */
export function merge(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const { first, last } of intervals.toSorted((a, b) => ascending(a.first, b.first))) {
    const previous = merged.at(-1);
    if (previous && first <= previous.last + 1n) {
      if (last > previous.last) previous.last = last;
    } else {
      merged.push({ first, last });
    }
  }
  return merged;
}

/** The one of the merged intervals that holds the address, found by bisection. */
export function intervalAt(merged: readonly Interval[], address: bigint): Interval | undefined {
  let low = 0;
  let high = merged.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const interval = merged[middle]!;
    if (address < interval.first) high = middle - 1;
    else if (address > interval.last) low = middle + 1;
    else return interval;
  }
  return undefined;
}

/** What two intervals share. */
export function intersect(a: Interval, b: Interval): Interval | undefined {
  // Math.max and Math.min know no bigint.
  const [, first] = [a.first, b.first].toSorted(ascending) as [bigint, bigint];
  const [last] = [a.last, b.last].toSorted(ascending) as [bigint, bigint];
  return first <= last ? { first, last } : undefined;
}

/** How many addresses of `whole` lie in none of the merged intervals. */
export function sizeWithout(whole: Interval, merged: readonly Interval[]): bigint {
  const cut = merged.map((interval) => intersect(whole, interval)).filter((shared) => shared !== undefined);
  return cut.reduce((size, shared) => size - sizeOf(shared), sizeOf(whole));
}

/** How many addresses an interval holds. */
export function sizeOf({ first, last }: Interval): bigint {
  return last - first + 1n;
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}
