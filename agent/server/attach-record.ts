/** One attachment as it is to be: addresses claimed, names and tables chosen. */
import { CniCode, CniError } from '../../common/errors.ts';
import type { AddRequest } from '../../common/protocol.ts';
import type { AttachmentRequest } from '../api/annotation.ts';
import type { Vrf } from '../api/vrf.ts';
import type { PlaceHandle } from '../apply/place.ts';
import type { Allocation } from '../ipam/ipam.ts';
import type { Owner } from '../ipam/table.ts';
import type { Attachment, NodeVrf } from '../plan/desired.ts';
import { alias, hostEndName, stickyMac } from '../plan/names.ts';
import { choosePodSide, resolveRoutes } from '../plan/resolve.ts';
import { familyOf, hostPrefix, plainAddress } from '../plan/routes.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { Agent } from './agent.ts';
import type { PodState } from './pod-state.ts';

/** Claims addresses for `owner`, who is to release them if anything fails later. Throws a CniError when that cannot be. */
export function plannedRecord(
  agent: Agent,
  request: AddRequest,
  one: AttachmentRequest,
  { vrf, nodeVrf }: { vrf: Vrf; nodeVrf: NodeVrf },
  owner: Owner,
  state: PodState,
  pod: PlaceHandle,
): AttachmentRecord {
  const uplinkAddresses = (nodeVrf.uplink?.addresses ?? []).map(plainAddress);
  const allocations = agent.ipam.claim(vrf, owner, one.addresses, uplinkAddresses);
  const routed = vrf.spec.mode === 'routed';
  if (allocations.some(({ address }) => familyOf(address) === 6)) refuseUnforwarded(agent, nodeVrf);
  const kind = choosePodSide(vrf, agent.facts);
  // In routed mode there is no segment: the pod's neighbours are behind the gateway.
  const addresses = allocations.map(({ address }) => (routed ? hostPrefix(address) : address));
  const attachment: Attachment = {
    vrf: nodeVrf,
    hostEnd: hostEndName(request.containerId, owner.interface),
    interface: owner.interface,
    primary: request.ifname,
    mac: one.mac ?? stickyMac(vrf.metadata.name, allocations[0]!.address),
    alias: alias({ vrf: vrf.metadata.name, ...owner, addresses }),
    addresses,
    routes: resolveRoutes(
      vrf,
      one,
      allocations.map(({ address }) => address),
      gatewaysOf(vrf, allocations),
    ),
    expose: vrf.spec.expose,
    ...((one.accept ?? vrf.spec.accept) === 'any' ? { accept: 'any' } : {}),
    pod: kind === 'device' ? { kind, table: state.vrfTable(vrf.metadata.name) } : { kind, ...state.ruleTables() },
  };
  const netns = { path: request.netns, inode: pod.inode };
  return { version: 1, owner, network: request.network, netns, attachment };
}

/** Before 6.17 the kernel has one switch for forwarding IPv6 on all interfaces, and it is not ours to turn. */
function refuseUnforwarded({ node }: Agent, { name, mode, backend }: NodeVrf): void {
  const path = 'net/ipv6/conf/all/forwarding';
  if (mode !== 'routed' || backend !== 'device' || node.handle.readSysctl(path) !== '0') return;
  throw new CniError(
    CniCode.kernel,
    `VRF ${name} routes IPv6, but ${path.replaceAll('/', '.')} is 0 on this node`,
    'set it to 1 on the node (Kubernetes does for clusters with IPv6), or use backend: namespace or mode: bridge',
  );
}

/** The gateways of the pools the addresses lie in, then those of the VRF's other pools. */
function gatewaysOf(vrf: Vrf, allocations: readonly Allocation[]): string[] {
  return [...allocations, ...vrf.spec.addresses.pools].flatMap(({ gateway }) => gateway ?? []);
}
