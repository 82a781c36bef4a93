/** DEL: the host end goes and the pod end with it, addresses are freed, the record is forgotten. */
import type { Logger } from 'pino';
import type { DelRequest } from '../../common/protocol.ts';
import { vrfPlace } from '../plan/desired.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { Agent } from './agent.ts';
import { isHostEndOf } from './host-ends.ts';

/** Names one run of a chain: a container in a network, over one primary interface. */
export function chainKey({ network, containerId, ifname }: Pick<DelRequest, 'network' | 'containerId' | 'ifname'>) {
  return `${network} ${containerId} ${ifname}`;
}

/**
 * Removes every attachment of one container; succeeds when there is nothing left. It succeeds as well when the kernel
 * will not give up a host end now, or the disk a record: an error would keep the pod from going for ever, and its
 * namespace takes the host end along. Until then the record stays, and the collector tries again.
 */
export async function detach(agent: Agent, request: DelRequest, log: Logger): Promise<void> {
  const { containerId, network, ifname } = request;
  agent.announcements.cancel(chainKey(request));
  const records = agent.attachments.of(containerId, network, ifname);
  await Promise.all([
    ...records.map((record) => leave(agent, record, log)),
    agent.strays.removeOf(containerId, ifname),
  ]);
}

/** Releases an attachment now, or as soon as it can be. */
export async function leave(agent: Agent, record: AttachmentRecord, log: Logger): Promise<void> {
  try {
    await release(agent, record, log);
    agent.leaving.delete(record);
  } catch (error) {
    // Said once; the collector comes back every few seconds.
    if (!agent.leaving.has(record))
      log.error(
        { ...record.owner, hostEnd: record.attachment.hostEnd, error: (error as Error).message },
        'attachment could not be removed: will be tried again',
      );
    agent.leaving.add(record);
  }
}

/**
 * Takes one attachment back, or throws what hinders that. Another DEL of the same may be under way, or come later: each
 * does what is left to do.
 */
export async function release(agent: Agent, record: AttachmentRecord, log: Logger): Promise<void> {
  const { node, ipam, attachments } = agent;
  const { vrf, hostEnd, addresses } = record.attachment;
  const handle = node.lookup(vrfPlace(vrf));
  const link = handle?.link(hostEnd);
  if (handle && link && isHostEndOf(record, link)) {
    const deletion = node.deleteQueue(handle).delete(link.index);
    // The address stays out of reach of others until the kernel has done with the interface.
    const free = ipam.quarantine(record.owner);
    void deletion.finished.then(free, () => {
      free();
      if (attachments.has(record)) ipam.restore(vrf.name, record.owner, addresses);
    });
    agent.departing.add(record);
    await deletion.noticed.finally(() => agent.departing.delete(record));
  }
  // Meanwhile another DEL may have been done, and the container be attached anew.
  if (!attachments.has(record)) return;
  attachments.remove(record);
  ipam.release(record.owner);
  agent.sharedAddresses?.release(record);
  agent.degraded.forget(record);
  log.info({ ...record.owner, vrf: vrf.name, hostEnd }, 'detached');
  agent.retireVrf(vrf.name);
}
