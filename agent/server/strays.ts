/** Host ends with our mark but without a record that can be read, and state files without a host end. */
import type { Logger } from 'pino';
import type { Ipam } from '../ipam/ipam.ts';
import type { Owner } from '../ipam/table.ts';
import type { Place } from '../plan/kernel-object.ts';
import { hostEndName, isOurs, readAlias } from '../plan/names.ts';
import type { AttachmentStore } from '../state/attachments.ts';
import type { UnreadableRecord } from '../state/json-directory.ts';
import { type HostEnds, lookForHostEnds } from './host-ends.ts';
import type { Node } from './node.ts';

/** A host end that no record in memory tells of. */
interface Unrecorded {
  hostEnd: string;
  place: Place;
  index: number;
  alias: string;
}

interface Stray extends Unrecorded {
  /** The pod end's name. */
  interface: string;
  /** Who keeps its addresses from others. */
  owner: Owner;
  /** The file that should have told of it. */
  file?: UnreadableRecord;
}

/**
 * They come about only while no agent runs, and so are looked for once, at the start. The pod of one whose file is
 * unreadable or lost may well live: it stays, and its addresses with it, until its DEL, whose container its name follows
 * from, or until the kernel has removed it.
 */
export class Strays {
  readonly #node: Node;
  readonly #store: AttachmentStore;
  readonly #ipam: Ipam;
  readonly #log: Logger;
  readonly #strays = new Map<string, Stray>();

  constructor(node: Node, store: AttachmentStore, ipam: Ipam, log: Logger) {
    this.#node = node;
    this.#store = store;
    this.#ipam = ipam;
    this.#log = log;
  }

  /** Looks through the host ends of all places. */
  find(seen: ReadonlyMap<Place, HostEnds>): void {
    const recorded = new Set(this.#store.list().map(({ attachment }) => attachment.hostEnd));
    const unrecorded: Unrecorded[] = [];
    for (const [place, { links, error }] of seen) {
      if (error) this.#log.error({ place, error: error.message }, 'cannot be looked through for forgotten host ends');
      for (const { name: hostEnd, index, alias } of links?.values() ?? []) {
        if (recorded.has(hostEnd) || alias === undefined || !isOurs(alias)) continue;
        unrecorded.push({ hostEnd, place, index, alias });
      }
    }
    if (unrecorded.length > 0) this.#takeIn(unrecorded);
    if ([...seen.values()].every(({ error }) => error === undefined)) this.#discardFiles();
  }

  #takeIn(unrecorded: readonly Unrecorded[]): void {
    // Read after the kernel: whoever else writes here makes the file first.
    const files = new Map(this.#store.keysOnDisk().map((key) => [hostEndName(key.containerId, key.interface), key]));
    for (const { hostEnd, place, index, alias } of unrecorded) {
      const known = files.get(hostEnd);
      const file = this.#unreadable().find(
        ({ name: [containerId, device] }) => hostEndName(containerId!, device!) === hostEnd,
      );
      const told = readAlias(alias);
      const device = known?.interface ?? told?.interface ?? '';
      const { namespace = '', pod = '' } = told ?? {};
      const owner = { namespace, pod, containerId: known?.containerId ?? hostEnd, interface: device };
      const stray: Stray = { hostEnd, interface: device, place, index, alias, owner, ...(file ? { file } : {}) };
      // One that was never marked for a pod, or recorded, is of an ADD that a crash cut short.
      if (known || told) this.#keep(stray);
      else void this.#remove(stray, 'unfinished host end without a record: removed');
    }
  }

  /** Removes those of one container. Over `ifname` itself when that is one of them, else over whatever was its primary. */
  async removeOf(containerId: string, ifname: string): Promise<void> {
    const own = [...this.#strays.values()].filter((one) => one.hostEnd === hostEndName(containerId, one.interface));
    const named = own.filter((one) => one.interface === ifname);
    const going = named.length > 0 ? named : own;
    await Promise.all(going.map((stray) => this.#remove(stray, 'host end without a readable record: removed')));
  }

  /** Forgets those that the kernel has removed with their pods' namespaces. */
  forgetGone(): void {
    const seen = lookForHostEnds(
      this.#node,
      [...this.#strays.values()].map(({ place }) => place),
    );
    for (const stray of [...this.#strays.values()]) {
      if (seen.get(stray.place)?.links?.has(stray.hostEnd) === false) this.#forget(stray);
    }
  }

  #keep(stray: Stray): void {
    const { hostEnd, alias, file } = stray;
    this.#strays.set(hostEnd, stray);
    this.#log.warn(
      { hostEnd, alias, file: file?.file },
      'host end without a readable record: stays until its pod goes',
    );
    const told = readAlias(alias);
    try {
      this.#ipam.restore(told?.vrf ?? '', stray.owner, told?.addresses ?? []);
    } catch (error) {
      this.#log.error({ hostEnd, alias, error: (error as Error).message }, 'its addresses are not kept from others');
    }
  }

  async #remove(stray: Stray, message: string): Promise<void> {
    const { hostEnd, alias, place, index } = stray;
    try {
      const handle = this.#node.lookup(place);
      if (handle?.link(hostEnd)?.index === index) await this.#node.deleteQueue(handle).delete(index).noticed;
      this.#forget(stray);
      this.#log.warn({ hostEnd, alias }, message);
    } catch (error) {
      this.#log.error({ hostEnd, alias, error: (error as Error).message }, 'host end could not be removed');
    }
  }

  #forget({ hostEnd, owner, file }: Stray): void {
    this.#strays.delete(hostEnd);
    this.#ipam.release(owner);
    if (file) this.#store.discard(file);
  }

  /** Those whose names tell container and interface. */
  #unreadable(): UnreadableRecord[] {
    return this.#store.unreadable.filter(({ name }) => name.length === 2);
  }

  /** Of an unreadable file that no host end belongs to nothing will ever be asked. */
  #discardFiles(): void {
    for (const record of this.#unreadable()) {
      const [containerId, device] = record.name as [string, string];
      if (this.#strays.has(hostEndName(containerId, device))) continue;
      this.#store.discard(record);
      this.#log.warn({ file: record.file }, 'unreadable state file belongs to nothing in the kernel: removed');
    }
  }
}
