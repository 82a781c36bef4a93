/** Statements about customers that are VLANs on one cable. Pure. */
import type { Cell } from '../cells/cell.ts';
import type { World } from '../world.ts';
import { type About, about, carried, filters } from './about.ts';

/** Whether somebody sends frames with tags of other than their own. */
export const isOfVlans = ({ source, packet }: Cell) =>
  source.startsWith("VLANs' cable") || packet.endsWith("other customer's tag");

export function aboutVlan({ target, allowed, why }: Cell, { sides: { a, b } }: World): About[] {
  const [side, other] = target.endsWith('customer-a') ? [a, b] : [b, a];
  const customer = `customer-${side.name}`;
  if (allowed !== undefined) return about(side.pod, carried(customer));
  // Untagged it is of the parent interface, and like all that the node gets.
  if (why.startsWith('what comes untagged')) return about(side.pod, [`from node and cluster, ${customer}`]);
  // By the other's VLAN it would come in as the other's.
  const asOther = about(other.pod, [`from customer-${other.name}, ${customer}`]);
  if (why.startsWith('by its own VLAN')) return asOther;
  if (!why.startsWith('a frame has one tag')) return [];
  return [...about(side.pod, [filters.uplink]), ...about(other.pod, [filters.uplink]), ...asOther];
}
