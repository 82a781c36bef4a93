/** A VRF's addressing, read from its texts once. */
import { contains, type Family, type Prefix, parseAddress, parsePrefix } from '../../common/addresses.ts';
import { type Pool, type PoolSpec, parsePool } from './pool.ts';
import { type Interval, merge } from './spans.ts';
import type { Owner } from './table.ts';
import { reading } from './text.ts';

/** What allocation needs of a VRF; `Vrf` of agent/api satisfies it. */
export interface AddressedVrf {
  metadata: { name: string };
  spec: {
    mode: 'bridge' | 'routed';
    addresses?:
      | {
          pools?: readonly PoolSpec[] | undefined;
          reservations?: readonly { namespace: string; pod: string; addresses: readonly string[] }[] | undefined;
        }
      | undefined;
    uplinks?: readonly { addresses?: readonly string[] | undefined }[] | undefined;
  };
}

/** Addresses kept for the pod of that name. */
export interface Reservation {
  namespace: string;
  pod: string;
  prefixes: Prefix[];
}

/** A VRF's addressing with all texts read. */
export interface AddressPlan {
  vrf: string;
  routed: boolean;
  pools: Pool[];
  reservations: Reservation[];
  /** Addresses of nodes, on any uplink. */
  uplinks: { family: Family; address: bigint }[];
  /** What automatic allocation steps over: exclusions, gateways, uplinks, reservations; merged. */
  blocked: Record<Family, Interval[]>;
}

const plans = new WeakMap<AddressedVrf, { nodeAddresses: string; plan: AddressPlan }>();

/**
 * Reads a VRF's addressing, once for each VRF object: a changed VRF must come as a new object. `nodeAddresses` are
 * addresses of this node in the VRF beyond those of `spec.uplinks`. Throws CniError invalidConfig naming the key
 * and its value.
 */
export function addressPlan(vrf: AddressedVrf, nodeAddresses: readonly string[] = []): AddressPlan {
  const known = plans.get(vrf);
  if (known?.nodeAddresses === nodeAddresses.join()) return known.plan;
  const plan = readPlan(vrf, nodeAddresses);
  plans.set(vrf, { nodeAddresses: nodeAddresses.join(), plan });
  return plan;
}

function readPlan(vrf: AddressedVrf, nodeAddresses: readonly string[]): AddressPlan {
  const name = vrf.metadata.name;
  const key = `VRF ${name}: spec`;
  const { pools: poolSpecs = [], reservations: reservationSpecs = [] } = vrf.spec.addresses ?? {};
  const pools = poolSpecs.map((spec, i) => parsePool(`${key}.addresses.pools[${i}]`, spec));
  const reservations = reservationSpecs.map(({ namespace, pod, addresses }, i) => ({
    namespace,
    pod,
    prefixes: addresses.map((text) => reading(`${key}.addresses.reservations[${i}].addresses`, text, parsePrefix)),
  }));
  const uplinkTexts = [...(vrf.spec.uplinks ?? []).flatMap(({ addresses }) => addresses ?? []), ...nodeAddresses];
  const uplinks = uplinkTexts.map((text) => reading(`${key}.uplinks.addresses`, text.split('/', 1)[0]!, parseAddress));

  const single = ({ family, address }: { family: Family; address: bigint }) => ({
    family,
    first: address,
    last: address,
  });
  const blocked = [
    ...pools.flatMap(({ excluded }) => excluded),
    ...pools.flatMap(({ gateway }) => (gateway ? [single(gateway)] : [])),
    ...uplinks.map(single),
    ...reservations.flatMap(({ prefixes }) => prefixes.map(single)),
  ];
  const blockedOf = (family: Family) => merge(blocked.filter((span) => span.family === family));
  return {
    vrf: name,
    routed: vrf.spec.mode === 'routed',
    pools,
    reservations,
    uplinks,
    blocked: { 4: blockedOf(4), 6: blockedOf(6) },
  };
}

/** The pools whose subnet holds the address, those of the same prefix length first. */
export function poolsOf(plan: AddressPlan, { family, address, length }: Prefix): Pool[] {
  const holding = plan.pools.filter(({ subnet }) => contains(subnet, family, address));
  return holding.toSorted((a, b) => Number(b.subnet.length === length) - Number(a.subnet.length === length));
}

/** Whether a reservation is for the owner's pod. */
export function isFor(reservation: Reservation, { namespace, pod }: Owner): boolean {
  return reservation.namespace === namespace && reservation.pod === pod;
}
