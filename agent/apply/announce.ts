/** Tells the neighbours on the segment which MAC has an address now, whatever their caches say. */
import { setLink } from '../netlink/codec/link.ts';
import type { Message } from '../netlink/message.ts';
import type { PlaceHandle } from './place.ts';

/**
 * In milliseconds after the attachment: a bridge takes a moment to forward from a new port. A speaker's own first ARP
 * request usually comes before; this is for the pod that only waits to be called.
 */
const delay = 250;
/** In milliseconds without a new attachment: an announcement reaches every port of the bridge, among a hundred in 1.7 ms. */
const quiet = 50;
/** In milliseconds that an announcement waits for quiet. */
const patience = 1_000;

interface Announcement {
  pod: PlaceHandle;
  links: readonly { name: string; mac: string }[];
  /** On the clock of `performance.now()`. */
  due: number;
}

/** Told of the attachment, and its interfaces, whose neighbours could not be told, and why. */
type OnFailure = (key: string, interfaces: readonly string[], error: Error) => void;

export class Announcements {
  readonly #onFailure: OnFailure;
  /** By attachment, the one that is due first before all others. */
  readonly #pending = new Map<string, Announcement>();
  #lastAttached = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(onFailure: OnFailure) {
    this.#onFailure = onFailure;
  }

  /** Announces the addresses of the links of one attachment, `key`, in a moment, then closes `pod`. */
  schedule(key: string, pod: PlaceHandle, links: Announcement['links']): void {
    this.cancel(key);
    this.#lastAttached = performance.now();
    this.#pending.set(key, { pod, links, due: this.#lastAttached + delay });
    this.#wait();
  }

  /** Forgets an announcement whose attachment is going. */
  cancel(key: string): void {
    this.#pending.get(key)?.pod.close();
    this.#pending.delete(key);
  }

  /** For the first one. Behind each the requests that have come meanwhile have their turn. */
  #wait(): void {
    const [first] = this.#pending.values();
    if (!first || this.#timer) return;
    this.#timer = setTimeout(() => this.#next(), this.#timeOf(first) - performance.now());
    this.#timer.unref();
  }

  #timeOf({ due }: Announcement): number {
    return Math.min(Math.max(due, this.#lastAttached + quiet), due + patience);
  }

  #next(): void {
    this.#timer = undefined;
    const [first] = this.#pending;
    const isTime = first && this.#timeOf(first[1]) <= performance.now();
    if (isTime) this.#pending.delete(first[0]);
    this.#wait();
    if (isTime) this.#announce(...first);
  }

  /** Nobody waits for it, and the attachment stands without: neighbours ask, sooner or later. */
  #announce(key: string, announcement: Announcement): void {
    const { pod, links } = announcement;
    try {
      announce(announcement);
    } catch (error) {
      const interfaces = links.map(({ name }) => name);
      this.#onFailure(key, interfaces, error as Error);
    } finally {
      pod.close();
    }
  }
}

/**
 * Setting a MAC, even to what it is, makes the kernel send gratuitous ARP (arp_notify) and unsolicited neighbour
 * advertisements (ndisc_notify); it does so at "up" too, but then the addresses are not there yet.
 */
function announce({ pod, links }: Announcement): void {
  const messages = links.flatMap(({ name, mac }): Message[] => {
    const index = pod.index(name);
    return index === undefined ? [] : [setLink(index, { object: 'link-settings', in: 'pod', dev: name, mac })];
  });
  // Refused when the link is gone already, and then nobody is to be told.
  if (messages.length > 0) pod.socket.transact(messages);
}
