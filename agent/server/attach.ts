/** ADD: authorise → allocate → plan → record → apply → answer. */
import type { Logger } from 'pino';
import type { AddReply, AddRequest } from '../../common/protocol.ts';
import { parseAttach } from '../api/annotation.ts';
import type { Deadline } from '../apply/deadline.ts';
import { apply } from '../apply/executor.ts';
import { observe } from '../apply/observe.ts';
import type { PlaceHandle } from '../apply/place.ts';
import type { Owner } from '../ipam/table.ts';
import { refuseMixedAccept } from '../plan/accept-conflict.ts';
import type { Attachment, NodeVrf } from '../plan/desired.ts';
import { diff } from '../plan/diff.ts';
import { hostEnd } from '../plan/host-end.ts';
import type { KernelObject } from '../plan/kernel-object.ts';
import { podSide } from '../plan/pod.ts';
import { refuseAmbiguousAddresses } from '../plan/pod-conflict.ts';
import { chooseInterfaces } from '../plan/resolve.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { Agent } from './agent.ts';
import { plannedRecord } from './attach-record.ts';
import { openVrf, refuseNodeNamespace, refuseRepeated, refuseTaken } from './attach-refusals.ts';
import { reply } from './attach-reply.ts';
import { podIdentity } from './identity.ts';
import type { Making } from './node-vrfs.ts';
import { observePod, type PodState } from './pod-state.ts';
import { reservedOwner } from './reserved-owner.ts';

/** Makes all attachments of one pod before the deadline, or none. */
export function attach(agent: Agent, request: AddRequest, pod: PlaceHandle, deadline: Deadline, log: Logger): AddReply {
  const identity = podIdentity(request.args);
  const wanted = parseAttach(request.attach).map((one) => ({ one, vrf: openVrf(agent, one.vrf, identity) }));
  refuseRepeated(agent, request);
  refuseNodeNamespace(agent, pod);
  const looked = () => observePod(pod, standing(agent, request));
  const state = deadline.timed(() => "looking into the pod's namespace", looked);
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
      agent.ipam.transfer(reservedOwner(request, identity, one.vrf), owner);
      const nodeVrf = agent.vrfs.resolve(vrf, vrfsOf(records));
      agent.vrfChanges.makeWayFor(nodeVrf, () => agent.podsIn(nodeVrf.name));
      records.push(plannedRecord(agent, request, one, { vrf, nodeVrf }, owner, state, pod));
    });
    const own = records.map(({ attachment }) => attachment);
    refuseAmbiguousAddresses(own);
    refuseMixedAccept([
      ...agent.attachments.ofContainer(request.containerId).map(({ attachment }) => attachment),
      ...own,
    ]);
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

/** Both ends of an attachment. */
function wholeOf(attachment: Attachment): KernelObject[] {
  return [...hostEnd(attachment), ...podSide(attachment)];
}

/** One of each: attachments of one pod share rules, and nothing on the node. */
function unique(objects: readonly KernelObject[]): KernelObject[] {
  const key = (object: KernelObject) => (object.in === 'pod' ? JSON.stringify(object) : object);
  return [...new Map(objects.map((object) => [key(object), object])).values()];
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
  const [only] = own;
  const desired = own.length === 1 ? wholeOf(only!) : unique(own.flatMap(wholeOf));
  // Of the host ends nothing is looked at: their names are this container's own, and the kernel refuses one that exists.
  const inPod = desired.filter((object) => object.in === 'pod');
  const planned = () => [
    ...state.tidying,
    ...own.flatMap(({ vrf }, i) => vrfs.plan(vrf, vrfsOf(records.slice(0, i)))),
    ...diff(
      desired,
      observe(inPod, () => pod, state),
    ),
  ];
  const steps = deadline.timed(() => 'comparing with the kernel', planned);
  // Recorded before anything is made: whatever happens then, the records say what to look for.
  const making: Making[] = [];
  try {
    for (const { vrf } of own) making.push(vrfs.begin(vrf));
    for (const record of records) attachments.put(record);
    const sysctls = apply(steps, node.host(pod), deadline);
    for (const vrf of making) vrf.made();
    // The pod waits for the answer, nobody for this.
    setImmediate(() => {
      for (const record of records) logAttached(record, log);
    });
    return { ...reply(own), sysctls: sysctls.map(({ path, value }) => ({ path, value })) };
  } catch (error) {
    for (const record of records) attachments.remove(record);
    for (const vrf of making) vrf.failed();
    throw error;
  }
}

function logAttached({ owner, attachment }: AttachmentRecord, log: Logger): void {
  const { vrf, addresses, hostEnd: host, pod } = attachment;
  log.info({ ...owner, vrf: vrf.name, backend: vrf.backend, podSide: pod.kind, hostEnd: host, addresses }, 'attached');
}
