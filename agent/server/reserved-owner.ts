import type { AddRequest } from '../../common/protocol.ts';
import type { Owner } from '../ipam/table.ts';
import type { PodIdentity } from './identity.ts';

/** Who holds an address between its reservation and the attachment, before the name of the interface is chosen. */
export function reservedOwner(
  { containerId, ifname }: Pick<AddRequest, 'containerId' | 'ifname'>,
  { namespace, pod }: PodIdentity,
  vrf: string,
): Owner {
  return { namespace, pod, containerId, interface: `${ifname}: to be chosen in ${vrf}` };
}
