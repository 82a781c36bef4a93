/** One network namespace at hand: a socket in it, and the indexes of its links. */
import { fstatSync, readFileSync, writeFileSync } from 'node:fs';
import { getLink } from '../netlink/codec/link.ts';
import { decodeLink, type ObservedLink } from '../netlink/codec/link-decode.ts';
import { decodePosition, type LinkPosition } from '../netlink/codec/link-position.ts';
import { enlargeReceiveBuffer } from '../netlink/receive-buffer.ts';
import type { RouteSocket } from '../netlink/socket.ts';
import { bindNetlink, close, namespaceOfSocket, netlinkSocket } from '../netlink/sys/libc.ts';
import type { Place } from '../plan/kernel-object.ts';
import { inNamespace } from './inside.ts';

/** Whether the agent can write below /proc/sys there: always in its own, elsewhere by entering (CAP_SYS_ADMIN). */
export type Entry = 'own' | 'enter' | 'never';

/** A hundred attachments between two looks announce some 5 MiB; what does not fit is lost, and then everything is looked at. */
const listenerBytes = 8 * 1024 * 1024;

export class PlaceHandle {
  readonly place: Place;
  readonly socket: RouteSocket;
  readonly entry: Entry;
  #netns: number | undefined;
  #inode: number | undefined;
  #listener: number | undefined;
  readonly #indexes = new Map<string, number>();

  constructor(place: Place, socket: RouteSocket, entry: Entry) {
    this.place = place;
    this.socket = socket;
    this.entry = entry;
  }

  /** A descriptor of the namespace itself, for links that are born or moved there. */
  get netns(): number {
    this.#netns ??= namespaceOfSocket(this.socket.fd);
    return this.#netns;
  }

  /** By which two descriptors of one namespace are told to be that. */
  get inode(): number {
    this.#inode ??= fstatSync(this.netns).ino;
    return this.#inode;
  }

  remember(name: string, index: number): void {
    this.#indexes.set(name, index);
  }

  forget(name: string): void {
    this.#indexes.delete(name);
  }

  /**
   * The index of a link, or undefined when there is none of that name. It may be remembered from an observation: every
   * plan begins with one, since indexes change when somebody recreates a link.
   */
  index(name: string): number | undefined {
    return this.#indexes.get(name) ?? this.position(name)?.index;
  }

  /** A link as it is now, or undefined when there is none of that name. */
  link(name: string): ObservedLink | undefined {
    return this.#look(name, decodeLink);
  }

  /** The same, no more than where it is. */
  position(name: string): LinkPosition | undefined {
    return this.#look(name, decodePosition);
  }

  #look<T extends { index: number }>(name: string, decode: (body: Buffer) => T): T | undefined {
    const [answer] = this.socket.transact([getLink({ name })]);
    const body = answer!.errno === 0 ? answer!.echo[0]?.body : undefined;
    if (!body) return undefined;
    const link = decode(body);
    this.#indexes.set(name, link.index);
    return link;
  }

  /** Undefined when there is no such file. */
  readSysctl(path: string): string | undefined {
    return this.#inside(() => {
      try {
        return readFileSync(`/proc/sys/${path}`, 'utf8').trim();
      } catch {
        return undefined;
      }
    });
  }

  writeSysctl(path: string, value: string): void {
    this.#inside(() => writeFileSync(`/proc/sys/${path}`, value));
  }

  /** Another netlink route socket in the same namespace. */
  openDescriptor(): number {
    return this.#inside(netlinkSocket);
  }

  /** A socket in the same namespace that hears multicast `groups`, a bit mask; one, closed with the handle. */
  listen(groups: number): number {
    if (this.#listener === undefined) {
      this.#listener = this.openDescriptor();
      enlargeReceiveBuffer(this.#listener, listenerBytes);
      bindNetlink(this.#listener, groups);
    }
    return this.#listener;
  }

  #inside<T>(action: () => T): T {
    return this.entry === 'own' ? action() : inNamespace(this.netns, action);
  }

  close(): void {
    if (this.#netns !== undefined) close(this.#netns);
    if (this.#listener !== undefined) close(this.#listener);
    this.socket.close();
  }
}
