/** GC: what the runtime still lists stays, every other attachment of its network goes. */
import type { Logger } from 'pino';
import { CniCode, CniError } from '../../common/errors.ts';
import type { GcRequest } from '../../common/protocol.ts';
import type { Agent } from './agent.ts';
import { chainKey, release } from './detach.ts';

/** Goes on past what fails, and then throws one CniError that tells all of it. */
export async function collectUnlisted(agent: Agent, { network, valid }: GcRequest, log: Logger): Promise<void> {
  const listed = new Set(valid.map((one) => chainKey({ network, ...one })));
  const superfluous = agent.attachments.list().filter((record) => {
    const key = chainKey({ network, containerId: record.owner.containerId, ifname: record.attachment.primary });
    return record.network === network && !listed.has(key);
  });
  const results = await Promise.allSettled(
    superfluous.map(async (record) => {
      const { owner, attachment } = record;
      agent.announcements.cancel(chainKey({ network, containerId: owner.containerId, ifname: attachment.primary }));
      log.warn(
        { ...owner, network, hostEnd: attachment.hostEnd },
        'attachment is not listed by the runtime: collected',
      );
      await release(agent, record, log);
    }),
  );
  const failures = results.flatMap((result, i) => {
    if (result.status === 'fulfilled') return [];
    const { owner, attachment } = superfluous[i]!;
    return [`${attachment.hostEnd} of container ${owner.containerId}: ${(result.reason as Error).message}`];
  });
  if (failures.length === 0) return;
  throw new CniError(
    CniCode.kernel,
    `${failures.length} of ${superfluous.length} attachments of network ${network} could not be removed`,
    failures.join('; '),
  );
}
