/** Stands in for the choice of addresses and names in an ADD (server/attach-record.ts): all pods have those of the first. */
import { plannedRecord as planned } from '../../../agent/server/attach-record.ts';
import type { AttachmentRecord } from '../../../agent/state/attachments.ts';

let first: AttachmentRecord | undefined;
let count = 0;

export const plannedRecord: typeof planned = (...parameters) => {
  first ??= planned(...parameters);
  const [, { netns: path }, , , owner, , { inode }] = parameters;
  count++;
  const hostEnd = `mv${count.toString(16).padStart(12, '0')}`;
  return { ...first, owner, netns: { path, inode }, attachment: { ...first.attachment, hostEnd } };
};
