/** VERIFY: the evidence about one attachment, for multivrfctl. It changes nothing in the kernel. */
import { fstatSync } from 'node:fs';
import { CniCode, CniError } from '../../common/errors.ts';
import type { EvidenceStatement, VerifyRequest } from '../../common/protocol.ts';
import type { PlaceHandle } from '../apply/place.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { Agent } from './agent.ts';
import { evidenceOf } from './evidence.ts';

/** Throws a CniError when there is no such attachment, or `pod` is another pod's namespace. */
export function verify(agent: Agent, request: VerifyRequest, pod: PlaceHandle | undefined): EvidenceStatement[] {
  const record = agent.attachments
    .ofContainer(request.containerId)
    .find(({ owner }) => owner.interface === request.interface);
  if (!record) {
    throw new CniError(
      CniCode.unknownContainer,
      `container ${request.containerId} has no attachment ${request.interface}`,
      'multivrfctl list tells which attachments there are',
    );
  }
  if (pod) refuseOther(record, pod);
  return evidenceOf(agent, record, pod).judged.map(({ text, verdict, reason }) => ({
    text,
    verdict,
    ...(reason === undefined ? {} : { reason }),
  }));
}

/** Statements about one pod must not be proven by another's namespace. */
function refuseOther({ netns }: AttachmentRecord, pod: PlaceHandle): void {
  const { ino } = fstatSync(pod.netns);
  if (netns === undefined || netns.inode === ino) return;
  throw new CniError(
    CniCode.refused,
    `the socket that came with the request is of network namespace ${ino}, the attachment of ${netns.inode} (${netns.path})`,
    'hand over a netlink socket opened inside the pod, or none',
  );
}
