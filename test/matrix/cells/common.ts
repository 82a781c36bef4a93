/** What the sources of cells share. */
import * as frames from '../frames.ts';
import type { Probe } from '../probe.ts';
import type { Family } from '../sockets.ts';
import type { Port } from '../world.ts';
import type { Cell, Verdict } from './cell.ts';

export const families: readonly Family[] = [4, 6];

export const groupMac = 'ff:ff:ff:ff:ff:ff';
/** Of IEEE 802.1D: what no bridge forwards, and Linux hands to the port's own stack. */
export const reserved = '01:80:c2:00:00:00';

/** An echo request, the first segment of a connection and a datagram, as frames. */
export function echoTcpUdp(ends: frames.Ends, port: number): { packet: string; frame: (token: number) => Buffer }[] {
  return [
    { packet: 'echo', frame: (token) => frames.echo(ends, token) },
    { packet: `tcp ${port}`, frame: (token) => frames.tcp(ends, token, port) },
    { packet: `udp ${port}`, frame: (token) => frames.udp(ends, token, port) },
  ];
}

/** The same through a socket; bound to `device`, where one is given. */
export function probes(to: string, port: number, device?: string): { packet: string; probe: Probe }[] {
  const bound = device === undefined ? {} : { device };
  const by = device === undefined ? '' : ` bound to ${device}`;
  return (['echo', 'tcp', 'udp'] as const).map((protocol) => ({
    packet: `${protocol === 'echo' ? 'echo' : `${protocol} ${port}`}${by}`,
    probe: { protocol, to, port, ...bound },
  }));
}

type Who = Pick<Cell, 'source' | 'target' | 'family'>;

/** Makes cells of frames that are sent by one interface. */
export function framed(who: Who, port: Port) {
  return (packet: string, frame: (token: number) => Buffer, verdict: Verdict): Cell => ({
    ...who,
    packet,
    shot: { by: 'frame', port, frame },
    ...verdict,
  });
}

/** Makes cells of what sockets send in the namespace that is called as the source. */
export function sent(who: Who) {
  return ({ packet, probe }: { packet: string; probe: Probe }, verdict: Verdict): Cell => ({
    ...who,
    packet,
    shot: { by: 'stack', netns: who.source, probe },
    ...verdict,
  });
}

/** What has to come back from a server in the cluster. */
export const answerTo = { echo: 'answer', tcp: 'open', udp: 'answer' } as const;

/** In a VRF: the answer to a datagram from a port that is not exposed is dropped (UDP has no state here). */
export const answerInVrf = { ...answerTo, udp: 'arrival' } as const;
