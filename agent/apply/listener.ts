/** Hears what anybody changes in one network namespace, ourselves included. */
import { dumpLinks } from '../netlink/codec/link.ts';
import { decodeLinkLabel } from '../netlink/codec/link-label.ts';
import { decodeNotice, type Notice, noticeGroups } from '../netlink/codec/notice.ts';
import { splitMessages } from '../netlink/message.ts';
import { MSG_DONTWAIT, receive, SystemError } from '../netlink/sys/libc.ts';
import type { PlaceHandle } from './place.ts';

/** What changed since the last time. */
export interface Heard {
  /** Names of links that changed, or on which something did. */
  links: ReadonlySet<string>;
  /** Of the forwarding databases of bridges: names of the ports. */
  ports: ReadonlySet<string>;
  /** Routes: each table, with the links that they lead to; '' stands for none. */
  tables: ReadonlyMap<number, ReadonlySet<string>>;
  /** Rules, or settings of the whole namespace. */
  place: boolean;
  /** Notices were lost: anything may have changed. */
  lost: boolean;
}

const buffer = Buffer.allocUnsafe(256 * 1024);

export class Listener {
  readonly #fd: number;
  readonly #handle: PlaceHandle;
  /** By index. */
  readonly #names = new Map<number, string>();
  /** What happened before is unknown. */
  #lost = true;

  /** Hears from now on. The descriptor is the handle's and ends with it. */
  constructor(handle: PlaceHandle) {
    this.#handle = handle;
    this.#fd = handle.listen(noticeGroups);
    this.#readNames();
  }

  /** Undefined when nothing was announced since the last call, which costs one system call. The first one says `lost`. */
  hear(): Heard | undefined {
    const notices: Notice[] = [];
    let lost = this.#lost;
    for (;;) {
      const received = this.#receive();
      if (received === undefined) break;
      if (received === 'lost') {
        lost = true;
        this.#readNames();
      } else notices.push(...received);
    }
    this.#lost = false;
    return lost || notices.length > 0 ? this.#sort(notices, lost) : undefined;
  }

  #receive(): Notice[] | 'lost' | undefined {
    try {
      const length = receive(this.#fd, buffer, MSG_DONTWAIT);
      if (length < 0) return undefined;
      return splitMessages(buffer.subarray(0, length)).flatMap((message) => decodeNotice(message) ?? []);
    } catch (error) {
      if (error instanceof SystemError && error.code === 'ENOBUFS') return 'lost';
      throw error;
    }
  }

  #sort(notices: readonly Notice[], lost: boolean): Heard {
    const [links, ports] = [new Set<string>(), new Set<string>()];
    const tables = new Map<number, Set<string>>();
    let place = false;
    for (const notice of notices) {
      const name = this.#nameOf(notice);
      if (notice.about === 'place') place = true;
      else if (notice.about === 'route') tables.set(notice.table, (tables.get(notice.table) ?? new Set()).add(name));
      else (notice.about === 'port' ? ports : links).add(name);
    }
    return { links, ports, tables, place, lost };
  }

  #nameOf(notice: Notice): string {
    if (notice.about === 'place' || notice.index === undefined) return '';
    if (notice.about !== 'link') return this.#names.get(notice.index) ?? '';
    if (notice.gone) this.#names.delete(notice.index);
    else if (notice.name !== '') this.#names.set(notice.index, notice.name);
    return notice.name;
  }

  #readNames(): void {
    this.#names.clear();
    const labels = this.#handle.socket.dump(dumpLinks(), (body) => decodeLinkLabel(body, () => true));
    for (const label of labels) if (label) this.#names.set(label.index, label.name);
  }
}
