/** One cell of the matrix, and how what was heard of its probe is judged. Pure. */
import type { Probe } from '../probe.ts';
import type { Family } from '../sockets.ts';
import type { Sighting } from '../witness.ts';
import { type Port, podGateway, uplink } from '../world.ts';

/** How a probe is sent: as a frame by an interface, or through the kernel of a namespace. */
type Shot =
  | { by: 'frame'; port: Port; frame: (token: number) => Buffer }
  | { by: 'stack'; netns: string; probe: Probe };

export interface Cell {
  /** Who sends, at whom. */
  source: string;
  target: string;
  family: Family;
  /** What is sent and which way, such as `echo by the pod's MAC`. */
  packet: string;
  shot: Shot;
  /** What has to come back; `arrival` at the first place of `at` where nothing can; undefined where the cell is denied. */
  allowed?: 'answer' | 'open' | 'reset' | 'error' | 'arrival';
  /** Places (or beginnings of them) where the probe, and what answers it, may be heard. */
  at: readonly string[];
  /** Why it is allowed or denied. */
  why: string;
  /** Whose ICMP errors may come back: the VRF's own routers', by default. */
  errors?: 'anybody';
  /** Of ARP and neighbour discovery: the address whose owner must or must not answer. */
  asks?: string;
}

/** What is to become of a probe, and why. */
export type Verdict = Pick<Cell, 'allowed' | 'at' | 'why' | 'errors'>;

/** A wrong cell: which one, and what passed or what did not. */
export interface Wrong {
  cell: string;
  why: string;
  heard: readonly string[];
}

/** A cell in one line. */
export function nameOf({ source, target, family, packet, allowed }: Cell): string {
  return `${source} → ${target}, IPv${family}, ${packet}: ${allowed ? 'allowed' : 'denied'}`;
}

const own: readonly string[] = [...Object.values(uplink), ...Object.values(podGateway)];

/** Whether an ICMP error comes from somebody inside the VRF: the uplink, the gateway, a router, a pod. */
function isOfVrf(from: string): boolean {
  return own.includes(from) || /^(192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|2001:db8|fe80:|IPv6)/.test(from);
}

/** What is wrong with a cell; undefined when it is as the table says. */
export function judge(cell: Cell, heard: readonly Sighting[]): Wrong | undefined {
  const source = cell.shot.by === 'frame' ? cell.shot.port.netns : cell.shot.netns;
  const stray = heard.filter((one) => {
    const expected = cell.at.some((place) => one.place.startsWith(place));
    if (one.part === 'error') {
      // The asked may refuse the answer too: a hand-made datagram has no program behind it that waits for one.
      const here = one.netns === source || (cell.allowed !== undefined && expected);
      return !here || (cell.errors !== 'anybody' && !isOfVrf(one.from));
    }
    if (one.part !== 'probe' && cell.allowed === undefined) return true;
    return !expected;
  });
  if (stray.length === 0 && arrived(cell, heard, source)) return undefined;
  return {
    cell: nameOf(cell),
    why: cell.why,
    heard: [
      ...new Set((stray.length > 0 ? stray : heard).map(({ part, place, from }) => `${part} from ${from} at ${place}`)),
    ],
  };
}

/** Whether what must come has come. */
export function arrived({ allowed, at }: Cell, heard: readonly Sighting[], source: string): boolean {
  if (allowed === undefined) return true;
  if (allowed === 'arrival') return heard.some(({ part, place }) => part === 'probe' && place.startsWith(at[0] ?? ''));
  return heard.some(({ part, netns }) => part === allowed && netns === source);
}
