/** DEL: the host end goes and the pod end with it, addresses are freed, the record is forgotten. */
import type { Logger } from 'pino';
import type { DelRequest } from '../../common/protocol.ts';
import { vrfPlace } from '../plan/desired.ts';
import { isOurs } from '../plan/names.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { Agent } from './agent.ts';

/** Removes every attachment of one container; succeeds when there is nothing left. */
export async function detach(agent: Agent, { containerId, network, ifname }: DelRequest, log: Logger): Promise<void> {
  const records = agent.attachments.of(containerId, network, ifname);
  const results = await Promise.allSettled(records.map((record) => detachOne(agent, record, log)));
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [(result.reason as Error).message] : []));
  if (errors.length > 0) throw new Error(errors.join('; '));
}

async function detachOne(agent: Agent, record: AttachmentRecord, log: Logger): Promise<void> {
  const { node, ipam, attachments } = agent;
  const { vrf, hostEnd } = record.attachment;
  const handle = node.lookup(vrfPlace(vrf));
  const link = handle?.link(hostEnd);
  if (handle && link && isOurs(link.alias)) {
    const deletion = node.deleteQueue(handle).delete(link.index);
    // The address stays out of reach of others until the kernel has done with the interface.
    const free = ipam.quarantine(record.owner);
    void deletion.finished.then(free, free);
    await deletion.noticed;
  }
  ipam.release(record.owner);
  attachments.remove(record);
  log.info({ ...record.owner, vrf: vrf.name, hostEnd }, 'detached');
  agent.retireVrf(vrf.name);
}
