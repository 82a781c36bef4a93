/** Whether an interface may become a VRF's uplink. */
import { CniCode, CniError } from '../../common/errors.ts';
import type { NodeUplink, NodeVrf } from './desired.ts';
import { missingUplink } from './diff.ts';
import { alias, isOurs } from './names.ts';
import type { LinkState } from './observed.ts';

/** What is seen of the named interface, and of the VLAN device on it if there is one already. */
export interface UplinkState {
  parent: LinkState | undefined;
  /** Addresses of the parent beyond link-local ones and those that this VRF was given there, with prefix length. */
  addresses: readonly string[];
  /** What else the node has the parent for, in words: `default route 0.0.0.0/0 via 203.0.113.1`, `vxlan flannel.1`. */
  uses?: readonly string[];
  vlanDevice: LinkState | undefined;
  /** The other VRFs on this node. */
  others: readonly NodeVrf[];
}

/** Throws a CniError naming the interface and who has it. Taking an interface that carries the node's traffic would cut the node off. */
export function checkUplink(vrf: NodeVrf, uplink: NodeUplink, state: UplinkState): void {
  const { parent, vlanDevice, others } = state;
  const other = others.find(({ name, uplink: theirs }) => name !== vrf.name && theirs && collide(theirs, uplink));
  if (other?.uplink) {
    const by = `VRF ${other.name}`;
    throw taken(nameOf(uplink), other.uplink.vlan === uplink.vlan ? by : `${by} (uplink ${nameOf(other.uplink)})`);
  }
  if (!parent) throw missingUplink(uplink.interface);
  if (uplink.vlan !== undefined) {
    if (vlanDevice && isOurs(vlanDevice.alias) && vlanDevice.alias !== alias({ vrf: vrf.name })) {
      throw taken(nameOf(uplink), `VRF ${vlanDevice.alias?.split(':')[1]}`);
    }
    return;
  }
  if (parent.master !== '' && parent.master !== vrf.name)
    throw taken(uplink.interface, `bridge or VRF ${parent.master}`);
  const foreign = parent.master === vrf.name ? [] : state.addresses;
  if (foreign.length > 0) {
    throw new CniError(
      CniCode.kernel,
      `uplink ${uplink.interface} carries the node's own address ${foreign.join(', ')}`,
      `taking it into VRF ${vrf.name} would cut the node off: use another interface, give a vlan, or remove the address`,
    );
  }
  const uses = parent.master === vrf.name ? [] : (state.uses ?? []);
  if (uses.length > 0) {
    throw new CniError(
      CniCode.kernel,
      `uplink ${uplink.interface} carries the node's own ${uses.slice(0, 5).join(', ')}${uses.length > 5 ? ` and ${uses.length - 5} more` : ''}`,
      `taking it into VRF ${vrf.name} would cut that off: use another interface, give a vlan, or remove what is there`,
    );
  }
}

/** A whole interface and a VLAN on it collide as well: the guard of an uplink lets no tagged frame in. */
function collide(a: NodeUplink, b: NodeUplink): boolean {
  return a.interface === b.interface && (a.vlan === undefined || b.vlan === undefined || a.vlan === b.vlan);
}

function nameOf({ interface: dev, vlan }: NodeUplink): string {
  return vlan === undefined ? dev : `VLAN ${vlan} on ${dev}`;
}

function taken(what: string, by: string): CniError {
  return new CniError(
    CniCode.kernel,
    `uplink ${what} belongs to ${by} already`,
    'an uplink serves one VRF: use another interface or VLAN',
  );
}
