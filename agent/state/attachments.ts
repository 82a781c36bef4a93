/** The agent's memory of its attachments across restarts. */
import type { Owner } from '../ipam/table.ts';
import type { Attachment } from '../plan/desired.ts';
import { JsonDirectory, type UnreadableRecord } from './json-directory.ts';

const version = 1;

export interface AttachmentRecord {
  version: typeof version;
  owner: Owner;
  /** Name of the network in whose chain it was made. */
  network: string;
  attachment: Attachment;
}

function wrongWith(value: unknown): string | undefined {
  const { version: is, owner, attachment } = (value ?? {}) as Partial<AttachmentRecord>;
  const sound =
    is === version &&
    typeof owner?.containerId === 'string' &&
    typeof owner.interface === 'string' &&
    typeof attachment?.hostEnd === 'string' &&
    typeof attachment.vrf?.name === 'string' &&
    Array.isArray(attachment.addresses);
  return sound ? undefined : `not an attachment record of version ${version}`;
}

export class AttachmentStore {
  readonly #records: JsonDirectory<AttachmentRecord>;

  /** Reads what is there; files that are no records are kept aside in {@link unreadable}, never deleted. */
  constructor(directory: string) {
    this.#records = new JsonDirectory(directory, wrongWith);
  }

  get unreadable(): readonly UnreadableRecord[] {
    return this.#records.unreadable;
  }

  put(record: AttachmentRecord): void {
    this.#records.put(record, record.owner.containerId, record.owner.interface);
  }

  remove({ owner }: Pick<AttachmentRecord, 'owner'>): void {
    this.#records.remove(owner.containerId, owner.interface);
  }

  list(): AttachmentRecord[] {
    return this.#records.list();
  }

  /** The attachments made in one run of the chain: for one container in one network, over one primary interface. */
  of(containerId: string, network: string, primary: string): AttachmentRecord[] {
    return this.list().filter(
      (record) =>
        record.owner.containerId === containerId && record.network === network && record.attachment.primary === primary,
    );
  }
}
