/** ADD: authorise → allocate → plan → record → apply → answer. */
import { fstatSync } from 'node:fs';
import type { Logger } from 'pino';
import { CniCode, CniError } from '../../common/errors.ts';
import type { AddReply, AddRequest } from '../../common/protocol.ts';
import { type AttachmentRequest, parseAttach } from '../api/annotation.ts';
import type { Vrf } from '../api/vrf.ts';
import type { Deadline } from '../apply/deadline.ts';
import { apply } from '../apply/executor.ts';
import { observe } from '../apply/observe.ts';
import type { PlaceHandle } from '../apply/place.ts';
import type { Allocation } from '../ipam/ipam.ts';
import type { Owner } from '../ipam/table.ts';
import { type Attachment, gateway4, gateway6, type NodeVrf } from '../plan/desired.ts';
import { diff } from '../plan/diff.ts';
import { hostEnd } from '../plan/host-end.ts';
import type { KernelObject } from '../plan/kernel-object.ts';
import { alias, hostEndName, stickyMac } from '../plan/names.ts';
import { podSide } from '../plan/pod.ts';
import { refuseAmbiguousAddresses } from '../plan/pod-conflict.ts';
import { chooseInterfaces, choosePodSide, resolveRoutes } from '../plan/resolve.ts';
import { familyOf, hostPrefix, plainAddress } from '../plan/routes.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { Agent } from './agent.ts';
import { authorise, type PodIdentity, podIdentity } from './identity.ts';
import { observePod, type PodState } from './pod-state.ts';

/** Makes all attachments of one pod before the deadline, or none. */
export function attach(agent: Agent, request: AddRequest, pod: PlaceHandle, deadline: Deadline, log: Logger): AddReply {
  const identity = podIdentity(request.args);
  const wanted = parseAttach(request.attach).map((one) => ({ one, vrf: openVrf(agent, one.vrf, identity) }));
  refuseRepeated(agent, request);
  refuseNodeNamespace(agent, pod);
  const state = observePod(pod, standing(agent, request));
  const interfaces = chooseInterfaces(
    wanted.map(({ one }) => one),
    new Set(state.links.keys()),
  );
  refuseTaken(wanted, interfaces, state);
  const claimed: Owner[] = [];
  try {
    const records: AttachmentRecord[] = [];
    wanted.forEach(({ one, vrf }, i) => {
      const owner = { ...identity, containerId: request.containerId, interface: interfaces[i]! };
      claimed.push(owner);
      const nodeVrf = agent.vrfs.resolve(vrf, vrfsOf(records));
      records.push(plannedRecord(agent, request, one, { vrf, nodeVrf }, owner, state, pod));
    });
    refuseAmbiguousAddresses(records.map(({ attachment }) => attachment));
    return make(agent, records, pod, state, deadline, log);
  } catch (error) {
    for (const owner of claimed) agent.ipam.release(owner);
    throw error;
  }
}

/** The pod's side of what the container has by other networks or interfaces. */
function standing({ attachments }: Agent, { containerId }: AddRequest): KernelObject[] {
  return attachments.ofContainer(containerId).flatMap(({ attachment }) => podSide(attachment));
}

function vrfsOf(records: readonly AttachmentRecord[]): NodeVrf[] {
  return records.map(({ attachment }) => attachment.vrf);
}

function openVrf({ source }: Agent, name: string, identity: PodIdentity): Vrf {
  const vrf = source.get(name);
  if (vrf) {
    authorise(vrf, identity);
    return vrf;
  }
  const problem = source.problems()[0];
  const known = source.list().map(({ metadata }) => metadata.name);
  throw new CniError(
    CniCode.refused,
    `VRF ${name} does not exist`,
    [
      known.length > 0 ? `known are ${known.join(', ')}` : 'no VRF is defined on this node',
      ...(problem
        ? [`and ${problem.file} could not be read: ${[problem.field, problem.message].filter(Boolean).join(': ')}`]
        : []),
    ].join('; '),
  );
}

function refuseRepeated({ attachments }: Agent, { containerId, network, ifname }: AddRequest): void {
  const [existing] = attachments.of(containerId, network, ifname);
  if (!existing) return;
  throw new CniError(
    CniCode.refused,
    `container ${containerId} has interface ${existing.attachment.interface} in VRF ${existing.attachment.vrf.name} already`,
    'ADD comes once for each container: DEL it first',
  );
}

/** A pod with host networking would hand over the node's own namespace. */
function refuseNodeNamespace({ node }: Agent, pod: PlaceHandle): void {
  if (fstatSync(pod.netns).ino !== fstatSync(node.handle.netns).ino) return;
  throw new CniError(
    CniCode.refused,
    "the pod's network namespace is the node's own",
    'a pod with hostNetwork cannot be attached to a VRF',
  );
}

function refuseTaken(wanted: { one: AttachmentRequest }[], interfaces: readonly string[], state: PodState): void {
  interfaces.forEach((name, i) => {
    if (!state.links.has(name)) return;
    throw new CniError(
      CniCode.refused,
      `interface ${name}, asked for in VRF ${wanted[i]!.one.vrf}, exists in the pod already`,
      `choose a name other than ${[...state.links.keys()].join(', ')}, or leave "interface" out`,
    );
  });
}

function plannedRecord(
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
  const attachment: Attachment = {
    vrf: nodeVrf,
    hostEnd: hostEndName(request.containerId, owner.interface),
    interface: owner.interface,
    primary: request.ifname,
    mac: one.mac ?? stickyMac(vrf.metadata.name, allocations[0]!.address),
    alias: alias({ vrf: vrf.metadata.name, ...owner }),
    // In routed mode there is no segment: the pod's neighbours are behind the gateway.
    addresses: allocations.map(({ address }) => (routed ? hostPrefix(address) : address)),
    routes: resolveRoutes(
      vrf,
      one,
      allocations.map(({ address }) => address),
      gatewaysOf(vrf, allocations),
    ),
    expose: vrf.spec.expose,
    pod: kind === 'device' ? { kind, table: state.vrfTable(vrf.metadata.name) } : { kind, ...state.ruleTables() },
  };
  const netns = { path: request.netns, inode: fstatSync(pod.netns).ino };
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

/** One of each: attachments of one pod share rules, and nothing on the node. */
function unique(objects: readonly KernelObject[]): KernelObject[] {
  const key = (object: KernelObject) => (object.in === 'pod' ? JSON.stringify(object) : object);
  return [...new Map(objects.map((object) => [key(object), object])).values()];
}

/** Where the pod's own packets into the VRF are looked up. */
function outputTable({ pod }: Attachment): number {
  return pod.kind === 'device' ? pod.table : pod.output;
}

function make(
  agent: Agent,
  records: readonly AttachmentRecord[],
  pod: PlaceHandle,
  state: PodState,
  deadline: Deadline,
  log: Logger,
): AddReply {
  const { node, vrfs, attachments } = agent;
  const own = records.map(({ attachment }) => attachment);
  const desired = unique(own.flatMap((attachment) => [...hostEnd(attachment), ...podSide(attachment)]));
  // Of the host ends nothing is looked at: their names are this container's own, and the kernel refuses one that exists.
  const observed = observe(
    desired.filter((object) => object.in === 'pod'),
    () => pod,
    state,
  );
  const steps = [
    ...state.tidying,
    ...own.flatMap(({ vrf }, i) => vrfs.plan(vrf, vrfsOf(records.slice(0, i)))),
    ...diff(desired, observed),
  ];
  // Recorded before anything is made: whatever happens then, the records say what to look for.
  const making = own.map(({ vrf }) => vrfs.begin(vrf));
  for (const record of records) attachments.put(record);
  try {
    const sysctls = apply(steps, node.host(pod), deadline);
    for (const vrf of making) vrf.made();
    for (const { owner, attachment } of records) {
      const { vrf, addresses, hostEnd: host, pod: side } = attachment;
      log.info(
        { ...owner, vrf: vrf.name, backend: vrf.backend, podSide: side.kind, hostEnd: host, addresses },
        'attached',
      );
    }
    return { ...reply(own), sysctls: sysctls.map(({ path, value }) => ({ path, value })) };
  } catch (error) {
    for (const record of records) attachments.remove(record);
    for (const vrf of making) vrf.failed();
    throw error;
  }
}

function reply(own: readonly Attachment[]): Omit<AddReply, 'sysctls'> {
  return {
    interfaces: own.map(({ interface: name, mac, vrf }) => ({ name, mac, mtu: vrf.mtu })),
    ips: own.flatMap(({ addresses, routes, vrf }, index) =>
      addresses.map((address) => {
        const family = familyOf(address);
        const next =
          vrf.mode === 'routed'
            ? family === 4
              ? gateway4
              : gateway6
            : routes.find(({ to }) => familyOf(to) === family)?.via;
        return { address, interface: index, ...(next === undefined ? {} : { gateway: next }) };
      }),
    ),
    routes: own.flatMap((attachment) =>
      attachment.routes.map(({ to, via }) => ({
        dst: to,
        ...(via === undefined ? {} : { gw: via }),
        table: outputTable(attachment),
      })),
    ),
  };
}
