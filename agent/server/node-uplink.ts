/** Whether a VRF can have its uplink on this node. */
import { observeAddressesOf, observeLink } from '../apply/observe.ts';
import { observeUses } from '../apply/observe-uses.ts';
import { type NodeVrf, vrfPlace, vrfTable } from '../plan/desired.ts';
import { uplinkDevice } from '../plan/names.ts';
import { checkUplink } from '../plan/uplink-check.ts';
import type { Node } from './node.ts';

/** `made` is the VRF as it stands, if it does. Throws a CniError when the uplink is missing, or `others` or the node itself need it. */
export function checkUplinkOf(vrf: NodeVrf, node: Node, made: NodeVrf | undefined, others: readonly NodeVrf[]): void {
  const { uplink } = vrf;
  if (!uplink) return;
  const inside = node.lookup(vrfPlace(vrf));
  const outside = node.handle;
  const device = uplinkDevice(uplink.interface, uplink.vlan);
  const vlanDevice =
    uplink.vlan === undefined ? undefined : ((inside && observeLink(inside, device)) ?? observeLink(outside, device));
  const moved = uplink.vlan === undefined && inside && inside !== outside && observeLink(inside, uplink.interface);
  if (moved) return;
  const own = made?.uplink?.interface === uplink.interface ? made.uplink.addresses : [];
  const parent = observeLink(outside, uplink.interface);
  const isOwn = parent?.master === vrf.name || uplink.vlan !== undefined;
  const table = vrf.backend === 'device' ? vrfTable(vrf) : 0;
  checkUplink(vrf, uplink, {
    parent,
    uses: isOwn ? [] : observeUses(outside, uplink.interface, table),
    addresses: observeAddressesOf(outside, uplink.interface).filter((address) => !own.includes(address)),
    vlanDevice,
    others,
  });
}
