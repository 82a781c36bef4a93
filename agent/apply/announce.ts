/** Tells the neighbours on the segment which MAC has an address now, whatever their caches say. */
import { setLink } from '../netlink/codec/link.ts';
import type { Message } from '../netlink/message.ts';
import type { PlaceHandle } from './place.ts';

/**
 * In milliseconds after the attachment: a bridge takes a moment to forward from a new port. A speaker's own first ARP
 * request usually comes before; this is for the pod that only waits to be called.
 */
const delay = 250;

/**
 * Setting a MAC, even to what it is, makes the kernel send gratuitous ARP (arp_notify) and unsolicited neighbour
 * advertisements (ndisc_notify); it does so at "up" too, but then the addresses are not there yet.
 */
export class Announcements {
  readonly #pending = new Map<string, { pod: PlaceHandle; timer: NodeJS.Timeout }>();

  /** Announces the addresses of the links of one attachment, `key`, in a moment, then closes `pod`. */
  schedule(key: string, pod: PlaceHandle, links: readonly { name: string; mac: string }[]): void {
    this.cancel(key);
    const timer = setTimeout(() => {
      this.#pending.delete(key);
      const messages = links.flatMap(({ name, mac }): Message[] => {
        const index = pod.index(name);
        return index === undefined ? [] : [setLink(index, { object: 'link-settings', in: 'pod', dev: name, mac })];
      });
      // Refused when the link is gone already, and then nobody is to be told.
      if (messages.length > 0) pod.socket.transact(messages);
      pod.close();
    }, delay);
    timer.unref();
    this.#pending.set(key, { pod, timer });
  }

  /** Forgets an announcement whose attachment is going. */
  cancel(key: string): void {
    const pending = this.#pending.get(key);
    if (!pending) return;
    clearTimeout(pending.timer);
    pending.pod.close();
    this.#pending.delete(key);
  }
}
