/** Checks of `spec.addresses` that need more than one field. A value that is no address was reported before. */
import {
  type Block,
  contains,
  formatAddress,
  overlaps,
  parseAddress,
  parseBlock,
  parsePrefix,
  parseRange,
} from './address-syntax.ts';
import type { VrfSpec } from './vrf-shape.ts';

/** Reports what is wrong with the value at `path` below `spec`, as a phrase that reads on after the value. */
export type Report = (path: (string | number)[], message: string) => void;

type Pool = VrfSpec['addresses']['pools'][number];

/** What a pool hands out: its range, or else all of its subnet. */
const handedOut = (pool: Pool): Block | undefined =>
  pool.range === undefined ? parsePrefix(pool.subnet) : parseRange(pool.range);

/** Range, exclusions and gateway lie inside the subnet; no two pools hand out the same address. */
export function checkPools({ addresses: { pools } }: VrfSpec, report: Report): void {
  pools.forEach((pool, index) => {
    const at = ['addresses', 'pools', index];
    const subnet = parsePrefix(pool.subnet);
    if (!subnet) return;
    const inside = (block: Block | undefined, ...key: (string | number)[]) => {
      if (block && !contains(subnet, block)) {
        report([...at, ...key], `lies outside the pool's subnet ${pool.subnet}; choose addresses inside it`);
      }
    };
    inside(parseRange(pool.range ?? ''), 'range');
    pool.exclude?.forEach((value, number) => {
      inside(parseBlock(value), 'exclude', number);
    });
    const gateway = parseAddress(pool.gateway ?? '');
    inside(gateway, 'gateway');
    if (gateway && subnet.length < 31 && gateway.family === 4) {
      const kind = new Map([
        [subnet.first, 'network'],
        [subnet.last, 'broadcast'],
      ]).get(gateway.first);
      if (kind) report([...at, 'gateway'], `is the ${kind} address of ${pool.subnet}; write the router's own address`);
    }
    const mine = handedOut(pool);
    const other = pools.findIndex((earlier, number) => {
      const theirs = number < index ? handedOut(earlier) : undefined;
      return mine && theirs && overlaps(mine, theirs);
    });
    if (other >= 0) {
      const key = pool.range === undefined ? 'subnet' : 'range';
      report([...at, key], `overlaps spec.addresses.pools[${other}]; give each pool addresses of its own`);
    }
  });
}

/** One reservation a pod, one address of a family in it, and no address for two pods or for a router. */
export function checkReservations({ addresses, uplinks }: VrfSpec, report: Report): void {
  const owners = new Map<string, string>();
  const own = (text: string | undefined, owner: string) => {
    const address = text === undefined ? undefined : (parsePrefix(text)?.value ?? parseAddress(text)?.first);
    if (address !== undefined) owners.set(`${text!.includes(':') ? 6 : 4} ${address}`, owner);
  };
  addresses.pools.forEach((pool, index) => {
    own(pool.gateway, `the gateway, spec.addresses.pools[${index}].gateway`);
  });
  uplinks.forEach((uplink, index) => {
    for (const address of uplink.addresses) own(address, `the node, spec.uplinks[${index}].addresses`);
  });
  const pods = new Map<string, number>();
  addresses.reservations.forEach(({ namespace, pod, addresses: reserved }, index) => {
    const at = ['addresses', 'reservations', index];
    const name = `${namespace}/${pod}`;
    const earlier = pods.get(name);
    if (earlier !== undefined) {
      report([...at, 'pod'], `has spec.addresses.reservations[${earlier}] already; list all its addresses there`);
    }
    pods.set(name, index);
    const families = new Set<number>();
    reserved.forEach((text, number) => {
      const prefix = parsePrefix(text);
      if (!prefix) return;
      const owner = owners.get(`${prefix.family} ${prefix.value}`);
      if (owner) {
        const address = formatAddress(prefix.family, prefix.value);
        report([...at, 'addresses', number], `is taken by ${owner}; choose another than ${address}`);
      } else if (families.has(prefix.family)) {
        report([...at, 'addresses', number], `is the second IPv${prefix.family} address; reserve one of each family`);
      }
      families.add(prefix.family);
    });
    for (const text of reserved) own(text, `pod ${name}, spec.addresses.reservations[${index}]`);
  });
}
