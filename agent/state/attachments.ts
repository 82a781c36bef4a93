/** The agent's memory across restarts: one JSON file an attachment, replaced atomically. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Owner } from '../ipam/table.ts';
import type { Attachment } from '../plan/desired.ts';

const version = 1;

export interface AttachmentRecord {
  version: typeof version;
  owner: Owner;
  /** Name of the network in whose chain it was made. */
  network: string;
  attachment: Attachment;
}

export interface UnreadableRecord {
  file: string;
  reason: string;
}

function isRecord(value: unknown): value is AttachmentRecord {
  const record = value as Partial<AttachmentRecord> | null;
  return record?.version === version && typeof record.owner?.containerId === 'string' && typeof record.attachment?.hostEnd === 'string';
}

export class AttachmentStore {
  readonly #directory: string;
  readonly #records = new Map<string, AttachmentRecord>();
  readonly unreadable: UnreadableRecord[] = [];

  /** Reads what is there; files that are no records are kept aside in {@link unreadable}, never deleted. */
  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const file of readdirSync(directory).filter((name) => name.endsWith('.json'))) {
      try {
        const value: unknown = JSON.parse(readFileSync(join(directory, file), 'utf8'));
        if (!isRecord(value)) throw new Error(`not an attachment record of version ${version}`);
        this.#records.set(file, value);
      } catch (error) {
        this.unreadable.push({ file: join(directory, file), reason: (error as Error).message });
      }
    }
  }

  #file({ owner }: Pick<AttachmentRecord, 'owner'>): string {
    return `${encodeURIComponent(owner.containerId)}.${encodeURIComponent(owner.interface)}.json`;
  }

  put(record: AttachmentRecord): void {
    const file = this.#file(record);
    const path = join(this.#directory, file);
    writeFileSync(`${path}.tmp`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
    this.#records.set(file, record);
  }

  remove(record: Pick<AttachmentRecord, 'owner'>): void {
    const file = this.#file(record);
    rmSync(join(this.#directory, file), { force: true });
    this.#records.delete(file);
  }

  list(): AttachmentRecord[] {
    return [...this.#records.values()];
  }

  /** The attachments made in one run of the chain: for one container in one network, over one primary interface. */
  of(containerId: string, network: string, primary: string): AttachmentRecord[] {
    return this.list().filter(
      ({ owner, network: own, attachment }) => owner.containerId === containerId && own === network && attachment.primary === primary,
    );
  }
}
