/** The agent's memory of its attachments across restarts. */
import type { Owner } from '../ipam/table.ts';
import type { Attachment } from '../plan/desired.ts';
import { JsonDirectory, type UnreadableRecord } from './json-directory.ts';
import { wrongWithAttachment } from './shapes.ts';

const version = 1;

export interface AttachmentRecord {
  version: typeof version;
  owner: Owner;
  /** Name of the network in whose chain it was made. */
  network: string;
  /** The pod's namespace: CNI_NETNS, and the inode that was behind it. Absent in the records of older agents. */
  netns?: { path: string; inode: number };
  attachment: Attachment;
}

function wrongWith(value: unknown, name: readonly string[]): string | undefined {
  if ((value as Partial<AttachmentRecord> | null)?.version !== version)
    return `not an attachment record of version ${version}`;
  const wrong = wrongWithAttachment(value);
  if (wrong !== undefined) return wrong;
  const { containerId, interface: device } = (value as AttachmentRecord).owner;
  const own = containerId === name[0] && device === name[1] && name.length === 2;
  return own ? undefined : `it is the record of container ${containerId}, interface ${device}`;
}

export class AttachmentStore {
  readonly #records: JsonDirectory<AttachmentRecord>;
  /** The same by container, then by interface: an ADD is not to look through those of all others. */
  readonly #byContainer = new Map<string, Map<string, AttachmentRecord>>();

  /** Reads what is there; files that are no records are kept aside in {@link unreadable}. */
  constructor(directory: string) {
    this.#records = new JsonDirectory(directory, wrongWith);
    for (const record of this.#records.list()) this.#index(record);
  }

  #index(record: AttachmentRecord): void {
    const { containerId, interface: device } = record.owner;
    const own = this.#byContainer.get(containerId) ?? new Map<string, AttachmentRecord>();
    this.#byContainer.set(containerId, own.set(device, record));
  }

  get unreadable(): UnreadableRecord[] {
    return this.#records.unreadable;
  }

  put(record: AttachmentRecord): void {
    this.#records.put(record, record.owner.containerId, record.owner.interface);
    this.#index(record);
  }

  /** Whether `record` is the one of its container and interface still, and not another made since. */
  has(record: AttachmentRecord): boolean {
    return this.#byContainer.get(record.owner.containerId)?.get(record.owner.interface) === record;
  }

  remove({ owner }: Pick<AttachmentRecord, 'owner'>): void {
    const { containerId, interface: device } = owner;
    this.#records.remove(containerId, device);
    const own = this.#byContainer.get(containerId);
    own?.delete(device);
    if (own?.size === 0) this.#byContainer.delete(containerId);
  }

  /** Removes an unreadable file. */
  discard({ name }: UnreadableRecord): void {
    this.#records.remove(...name);
  }

  list(): AttachmentRecord[] {
    return this.#records.list();
  }

  /** Container and interface of every file there is at this moment, whoever wrote it, readable or not. */
  keysOnDisk(): { containerId: string; interface: string }[] {
    return this.#records
      .namesOnDisk()
      .flatMap(([containerId, device]) => (containerId && device ? [{ containerId, interface: device }] : []));
  }

  /** The attachments made in one run of the chain: for one container in one network, over one primary interface. */
  of(containerId: string, network: string, primary: string): AttachmentRecord[] {
    return this.ofContainer(containerId).filter(
      (record) => record.network === network && record.attachment.primary === primary,
    );
  }

  /** All attachments of one container. */
  ofContainer(containerId: string): AttachmentRecord[] {
    return [...(this.#byContainer.get(containerId)?.values() ?? [])];
  }
}
