/** State directories with damaged files: they open, the intact records are there, and each other file is a record or reported. */
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { AttachmentStore } from '../../../agent/state/attachments.ts';
import { VrfStore } from '../../../agent/state/vrfs.ts';
import { type Damage, Depot, damages } from '../damage.ts';
import { intact, recordName, records } from '../originals/records.ts';
import { must, type Target } from '../target.ts';

interface Input {
  attachments: Damage[];
  vrfs: Damage[];
}

/** Each file that is left under its name is either taken for a record or reported with a reason. */
function mustAccountFor(
  directory: string,
  known: number,
  unreadable: readonly { file: string; reason: string }[],
): void {
  const files = readdirSync(directory).filter((name) => name.endsWith('.json'));
  must(known + unreadable.length === files.length, `${known} records and ${unreadable.length} unreadable of ${files}`);
  for (const { file, reason } of unreadable) {
    must(reason !== '', `${file}: no reason`);
    must(lstatSync(file, { throwIfNoEntry: false }) !== undefined, `${file} is gone`);
  }
}

function openAttachments(directory: string): void {
  const store = new AttachmentStore(directory);
  mustAccountFor(directory, store.list().length, store.unreadable);
  store.keysOnDisk();
  must(store.of('intact', 'cluster', 'eth0').length === 1, 'the intact record is not found');
  // An ADD and a DEL of the same container get over what lies there.
  for (const record of records) store.put(record);
  must(new AttachmentStore(directory).list().length >= records.length + 1, 'records put over damaged files are lost');
  for (const record of records) store.remove(record);
  for (const one of store.unreadable) store.discard(one);
}

function openVrfs(directory: string): void {
  const store = new VrfStore(directory);
  mustAccountFor(directory, store.list().length, store.unreadable);
  must(store.get('intact') !== undefined, 'the intact record is not found');
  for (const { attachment } of records) store.put(attachment.vrf);
  for (const { attachment } of records) store.remove(attachment.vrf.name);
}

export async function open(): Promise<Target<Input>> {
  const home = mkdtempSync(join(tmpdir(), 'fuzz-state-'));
  const depot = new Depot(join(home, 'depot'));
  const [attachments, vrfs] = [join(home, 'attachments'), join(home, 'vrfs')];
  const names = records.map(recordName);
  const vrfNames = records.map(({ attachment }) => `${attachment.vrf.name}.json`);
  const originals = records.map(({ attachment }) => attachment.vrf);
  return {
    input: fc.record({ attachments: damages(names, records), vrfs: damages(vrfNames, originals) }),
    run(input) {
      for (const directory of [attachments, vrfs]) {
        rmSync(directory, { recursive: true, force: true });
        mkdirSync(directory);
      }
      new AttachmentStore(attachments).put(intact);
      new VrfStore(vrfs).put(intact.attachment.vrf);
      for (const damage of input.attachments) depot.lay(attachments, damage);
      for (const damage of input.vrfs) depot.lay(vrfs, damage);
      openAttachments(attachments);
      openVrfs(vrfs);
    },
    close: () => rmSync(home, { recursive: true, force: true }),
  };
}
