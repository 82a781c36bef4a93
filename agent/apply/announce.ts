/** Tells the neighbours on the segment which MAC has an address now, whatever their caches say. */
import { setLink } from '../netlink/codec/link.ts';
import type { PlaceHandle } from './place.ts';

/** In milliseconds after the attachment: a bridge takes a moment to forward from a new port, and a frame may get lost. */
const moments = [50, 500];

/**
 * Announces every address of the links, then closes `pod`. Setting a MAC, even to what it is, makes the kernel send
 * gratuitous ARP (arp_notify) and unsolicited neighbour advertisements (ndisc_notify); it does so at "up" too, but then
 * the addresses are not there yet.
 */
export function announceAndClose(pod: PlaceHandle, links: readonly { name: string; mac: string }[]): void {
  const messages = links.flatMap(({ name, mac }) => {
    const index = pod.index(name);
    return index === undefined ? [] : [setLink(index, { object: 'link-settings', in: 'pod', dev: name, mac })];
  });
  const next = (rest: readonly number[], elapsed: number) => {
    const [moment, ...later] = rest;
    if (moment === undefined || messages.length === 0) return pod.close();
    setTimeout(() => {
      // Refused when the pod is gone already, and then nobody is to be told.
      pod.socket.transact(messages);
      next(later, moment);
    }, moment - elapsed).unref();
  };
  next(moments, 0);
}
