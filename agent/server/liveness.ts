/** Which attachments the kernel still has, and whether the pods of the others live. */
import { statSync } from 'node:fs';
import { vrfPlace } from '../plan/desired.ts';
import type { Place } from '../plan/kernel-object.ts';
import { isOurs } from '../plan/names.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { HostEnds } from './host-ends.ts';

export interface Liveness {
  /** The host end exists and has our mark. */
  attached: AttachmentRecord[];
  /** A link of that name exists without our mark: an ADD was cut short by a kill, or it is not ours. */
  unmarked: AttachmentRecord[];
  /** The host end is missing though the pod's namespace stands: somebody deleted it, or an ADD was cut short. */
  degraded: AttachmentRecord[];
  /** The kernel has removed the pair with the pod's namespace. */
  gone: AttachmentRecord[];
  /** Nothing can be said: where its host end would be cannot be looked into. */
  unknown: { record: AttachmentRecord; error: Error }[];
}

/** `seen`: what is in the places of the records, and maybe in others. */
export function livenessOf(records: readonly AttachmentRecord[], seen: ReadonlyMap<Place, HostEnds>): Liveness {
  const result: Liveness = { attached: [], unmarked: [], degraded: [], gone: [], unknown: [] };
  for (const record of records) {
    const here = seen.get(vrfPlace(record.attachment.vrf))!;
    const link = here.links?.get(record.attachment.hostEnd);
    if (here.error) result.unknown.push({ record, error: here.error });
    else if (link) (isOurs(link.alias) ? result.attached : result.unmarked).push(record);
    else if (namespaceStands(record)) result.degraded.push(record);
    else result.gone.push(record);
  }
  return result;
}

/** False as well when the agent cannot see the path, being in another mount namespace. */
function namespaceStands({ netns }: AttachmentRecord): boolean {
  if (!netns) return false;
  try {
    return statSync(netns.path).ino === netns.inode;
  } catch {
    return false;
  }
}
