/** ICMP errors written by hand. Pure. */
import { type Ends, ip, isV6, mark, udp } from './frames.ts';

/** Type, code and the second word of the header: RFC 792 and 1191, RFC 4443. */
const kinds = {
  unreachable: { 4: [3, 1, 0], 6: [1, 3, 0] },
  'too big': { 4: [3, 4, 1280], 6: [2, 0, 1280] },
  'time exceeded': { 4: [11, 0, 0], 6: [3, 0, 0] },
} as const;

/** What an error says of the packet that it quotes. */
export type ErrorKind = keyof typeof kinds;

export const errorKinds = Object.keys(kinds) as ErrorKind[];

/** The packet that an error quotes: who is said to have sent it, to whom. */
export interface Quoted {
  source: string;
  destination: string;
  /** Source port of a datagram, as of a server that answers; of an answer to echo none. */
  port?: number;
}

/** An error about a datagram or an answer to echo, whose last bytes are the number of the probe. */
export function icmpError(ends: Ends, kind: ErrorKind, { port, ...quoted }: Quoted, token: number): Buffer {
  const [type, code, word] = kinds[kind][isV6(ends) ? 6 : 4];
  const head = Buffer.from([type, code, 0, 0, 0, 0, word >> 8, word & 0xff]);
  const number = Buffer.concat([mark, Buffer.from([token >> 8, token & 0xff])]);
  const about = { ...ends, ...quoted };
  const packet = port === undefined ? answer(about, number) : udp(about, port, 8200, 64, number);
  return icmp(ends, Buffer.concat([head, packet.subarray(14)]));
}

function answer(ends: Ends, data: Buffer): Buffer {
  return icmp(ends, Buffer.concat([Buffer.from([isV6(ends) ? 129 : 0, 0, 0, 0, 0, 7, 0, 1]), data]));
}

const icmp = (ends: Ends, message: Buffer) => ip(ends, isV6(ends) ? 58 : 1, message, 2, 64);
