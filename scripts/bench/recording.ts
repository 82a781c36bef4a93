/** A recorded ADD as text, for programs of their own that are to make it again. */
import type { Datagram } from './bare-loop.ts';

export function toText(datagrams: readonly Datagram[]): string {
  return JSON.stringify(datagrams.map(({ to, bytes }) => ({ to, bytes: bytes.toString('base64') })));
}

export function fromText(text: string): Datagram[] {
  const recorded = JSON.parse(text) as { to: Datagram['to']; bytes: string }[];
  return recorded.map(({ to, bytes }) => ({ to, bytes: Buffer.from(bytes, 'base64') }));
}
