import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { contains, hostSpanOf, parsePrefix, parseSpan } from '../../common/addresses.ts';
import { CniError } from '../../common/errors.ts';
import type { AddressedVrf } from './address-plan.ts';
import { Ipam } from './ipam.ts';
import type { Owner } from './table.ts';

const subnets = ['10.0.0.0/28', '10.0.0.16/29', '2001:db8::/124'];
const exclusion = fc.constantFrom('10.0.0.3', '10.0.0.4/30', '10.0.0.9-10.0.0.12', '2001:db8::8/125', '10.0.0.17');
const pools = fc.uniqueArray(
  fc.record({ subnet: fc.constantFrom(...subnets), exclude: fc.array(exclusion, { maxLength: 2 }) }),
  { minLength: 1, selector: ({ subnet }) => subnet },
);
const anyVrf = fc.record({ name: fc.constantFrom('a', 'b'), pools }).map(
  ({ name, pools }): AddressedVrf => ({
    metadata: { name },
    spec: {
      mode: 'bridge',
      addresses: { pools, reservations: [{ namespace: 'ns', pod: 'p0', addresses: ['10.0.0.2/28'] }] },
      uplinks: [],
    },
  }),
);
const anyOwner = fc.record({ pod: fc.integer({ min: 0, max: 20 }), containerId: fc.constantFrom('x', 'y') }).map(
  ({ pod, containerId }): Owner => ({
    namespace: 'ns',
    pod: `p${pod}`,
    containerId: `${containerId}${pod}`,
    interface: 'net1',
  }),
);
const wanted = fc.option(
  fc.uniqueArray(
    fc.integer({ min: 0, max: 15 }).map((host) => `10.0.0.${host}/28`),
    { minLength: 1, maxLength: 2 },
  ),
  { nil: undefined, freq: 3 },
);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ verb: fc.constant('claim' as const), vrf: anyVrf, owner: anyOwner, wanted }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('release' as const), owner: anyOwner }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('quarantine' as const), owner: anyOwner }) },
);

/** What `claim` gives, or nothing if it is refused for a reason that a user is told. */
function tryClaim(ipam: Ipam, vrf: AddressedVrf, owner: Owner, wanted?: string[]): string[] {
  try {
    return ipam.claim(vrf, owner, wanted).map(({ address }) => address);
  } catch (error) {
    expect(error).toBeInstanceOf(CniError);
    return [];
  }
}

test('whatever happens, an address of a VRF has one owner, and a refused claim changes nothing', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ipam = new Ipam();
      for (const step of steps) {
        const before = ipam.list();
        if (step.verb === 'release') ipam.release(step.owner);
        else if (step.verb === 'quarantine') ipam.quarantine(step.owner);
        else if (tryClaim(ipam, step.vrf, step.owner, step.wanted).length === 0) expect(ipam.list()).toEqual(before);
        const after = ipam.list();
        expect(new Set(after.map(({ vrf, address }) => `${vrf} ${address.split('/')[0]}`)).size).toBe(after.length);
        for (const { vrf, address } of before.filter((holding) => holding.quarantined)) {
          expect(after).toContainEqual(expect.objectContaining({ vrf, address, quarantined: true }));
        }
      }
    }),
  );
});

test('releasing every owner gives back everything', () => {
  fc.assert(
    fc.property(anyVrf, fc.array(anyOwner), (vrf, owners) => {
      const ipam = new Ipam();
      for (const owner of owners) tryClaim(ipam, vrf, owner);
      for (const owner of owners) ipam.release(owner);
      expect(ipam.list()).toEqual([]);
    }),
  );
});

test('an address given automatically lies in a pool and in no exclusion', () => {
  fc.assert(
    fc.property(anyVrf, fc.array(anyOwner), (vrf, owners) => {
      const ipam = new Ipam();
      const pools = vrf.spec.addresses!.pools!;
      for (const owner of owners.filter(({ pod }) => pod !== 'p0')) {
        for (const text of tryClaim(ipam, vrf, owner)) {
          const { family, address } = parsePrefix(text);
          const pool = parsePrefix(pools.find(({ subnet }) => contains(parsePrefix(subnet), family, address))!.subnet);
          expect(address >= hostSpanOf(pool).first && address <= hostSpanOf(pool).last).toBe(true);
          const excluded = pools.flatMap(({ exclude }) => exclude ?? []).map(parseSpan);
          expect(excluded.some((span) => span.family === family && span.first <= address && address <= span.last)).toBe(
            false,
          );
        }
      }
    }),
  );
});

test('the order of claims decides who gets which address, never how many get one', () => {
  const owners = fc
    .uniqueArray(anyOwner, { minLength: 2, selector: ({ pod }) => pod })
    .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
  fc.assert(
    fc.property(anyVrf, owners, (vrf, [one, other]) => {
      const served = (list: Owner[]) => {
        const ipam = new Ipam();
        return list.filter((owner) => owner.pod !== 'p0' && tryClaim(ipam, vrf, owner).length > 0).length;
      };
      expect(served(one)).toBe(served(other));
    }),
  );
});
