/** LIST: what is attached on this node, for people and scripts. */
import type { ListedAttachment } from '../../common/protocol.ts';
import { decodeClsactDrops, dumpQdiscs } from '../netlink/codec/qdisc-drops.ts';
import { vrfPlace } from '../plan/desired.ts';
import { filterWords } from '../plan/evidence/filter-words.ts';
import type { Place } from '../plan/kernel-object.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { Agent } from './agent.ts';
import { lookAgain } from './evidence.ts';

export function listAttachments(agent: Agent): ListedAttachment[] {
  lookAgain(agent);
  const drops = new Map<Place, ReadonlyMap<number, number>>();
  return agent.attachments.list().map((record) => {
    const place = vrfPlace(record.attachment.vrf);
    if (!drops.has(place)) drops.set(place, dropsIn(agent, place));
    return listed(agent, record, drops.get(place)!);
  });
}

/** By index of the interface. */
function dropsIn({ node }: Agent, place: Place): ReadonlyMap<number, number> {
  const all = node.lookup(place)?.socket.dump(dumpQdiscs(), decodeClsactDrops) ?? [];
  return new Map(all.flatMap((one) => (one ? [[one.index, one.drops] as const] : [])));
}

function listed(agent: Agent, record: AttachmentRecord, dropped: ReadonlyMap<number, number>): ListedAttachment {
  const { owner, network, netns, attachment } = record;
  const { vrf, hostEnd, addresses, mac, pod: side } = attachment;
  const index = agent.node.lookup(vrfPlace(vrf))?.link(hostEnd)?.index;
  const drops = index === undefined ? undefined : dropped.get(index);
  const reason = agent.degraded.reasonOf(record);
  return {
    namespace: owner.namespace,
    pod: owner.pod,
    containerId: owner.containerId,
    network,
    vrf: vrf.name,
    mode: vrf.mode,
    backend: vrf.backend,
    podSide: side.kind,
    interface: owner.interface,
    addresses,
    mac,
    hostEnd,
    netns: netns?.path ?? '',
    state: reason === undefined ? 'attached' : 'degraded',
    ...(reason === undefined ? {} : { reason }),
    ...(drops === undefined ? {} : { drops }),
    filters: filterWords(attachment),
  };
}
