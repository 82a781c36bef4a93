import { hash } from 'node:crypto';
import {
  contains,
  formatAddress,
  formatPrefix,
  hostSpanOf,
  type IpAddress,
  networkOf,
  type Prefix,
  parseAddress,
  parsePrefix,
  parseSpan,
  type Span,
} from '../../common/addresses.ts';
import { CniCode, CniError } from '../../common/errors.ts';
import { lately } from '../../common/lately.ts';
import { type Interval, intersect, intervalAt, sizeOf } from './spans.ts';
import { reading } from './text.ts';

/** A pool as it stands in `spec.addresses.pools` of a VRF. */
export interface PoolSpec {
  subnet: string;
  /** Governs automatic allocation only. */
  range?: string | undefined;
  /** Addresses, ranges or prefixes that nobody gets. */
  exclude?: readonly string[] | undefined;
  gateway?: string | undefined;
}

/** A pool with its texts read. */
export interface Pool {
  subnet: Prefix;
  /** What automatic allocation may give out, before exclusions. */
  candidates: Span;
  excluded: Span[];
  /** With its canonical text. */
  gateway?: IpAddress & { text: string };
  /** Subnet and range for an error message. */
  label: string;
}

/** Reads a pool; `key` is its place in the VRF for error messages. Throws CniError invalidConfig. */
export function parsePool(key: string, spec: PoolSpec): Pool {
  const subnet = networkOf(reading(`${key}.subnet`, spec.subnet, parsePrefix));
  const label = formatPrefix(subnet);
  const excluded = (spec.exclude ?? []).map((text) => reading(`${key}.exclude`, text, parseSpan));
  const gateway = spec.gateway === undefined ? {} : { gateway: readGateway(`${key}.gateway`, spec.gateway) };
  const usable = hostSpanOf(subnet);
  if (spec.range === undefined) return { subnet, candidates: usable, excluded, ...gateway, label };

  const range = reading(`${key}.range`, spec.range, parseSpan);
  const within = contains(subnet, range.family, range.first) && contains(subnet, range.family, range.last);
  const shared = within ? intersect(range, usable) : undefined;
  if (!shared) {
    throw new CniError(
      CniCode.invalidConfig,
      `${key}.range: ${spec.range} ${within ? 'holds no host address of' : 'does not lie in'} the pool's subnet ${label}`,
      `usable are ${formatAddress(usable.family, usable.first)}-${formatAddress(usable.family, usable.last)}`,
    );
  }
  const candidates = { family: subnet.family, ...shared };
  return { subnet, candidates, excluded, ...gateway, label: `${label} (${spec.range})` };
}

function readGateway(key: string, text: string): NonNullable<Pool['gateway']> {
  const { family, address } = reading(key, text, parseAddress);
  return { family, address, text: formatAddress(family, address) };
}

/**
 * Where the search in a pool begins: for a pod at a place derived from VRF and pod name, so that it tends to get
 * the same address on every node without coordination; without a name (outside Kubernetes) at the lowest.
 */
export function stickyStart(candidates: Interval, vrf: string, namespace: string, pod: string): bigint {
  if (pod === '') return candidates.first;
  return candidates.first + (placeOf(`${vrf}\0${namespace}/${pod}`) % sizeOf(candidates));
}

/** The same for the pools of both families. */
const placeOf = lately((pod) => BigInt(`0x${hash('sha256', pod)}`));

/**
 * The first free address from `start` on, wrapping at the end. Steps over `blocked` (merged) as a whole and over
 * taken addresses one by one: the work is bounded by the number of both, not by the size of the pool.
 */
export function findFree(
  candidates: Interval,
  start: bigint,
  blocked: readonly Interval[],
  isTaken: (address: bigint) => boolean,
): bigint | undefined {
  const upwards = { first: start, last: candidates.last };
  const wrapped = { first: candidates.first, last: start - 1n };
  for (const { first, last } of [upwards, wrapped]) {
    for (let address = first; address <= last; address++) {
      const obstacle = intervalAt(blocked, address);
      if (obstacle) address = obstacle.last;
      else if (!isTaken(address)) return address;
    }
  }
  return undefined;
}
