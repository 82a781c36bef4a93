/** What the BGP speakers of all makes have in common: what they are told, and what they tell of themselves. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Daemon } from './daemon.ts';

export type Make = 'BIRD' | 'GoBGP' | 'FRR';

/** A neighbour and the session with it. */
export interface Peer {
  address: string;
  asn: number;
  /** The speaker's own address in this session. */
  local: string;
  /** 1: on the same segment, packets are sent with TTL 1; more: that many routers at most. */
  hops: number;
  /** TCP MD5 (RFC 2385). */
  password?: string;
}

/**
 * Where the speaker finds its neighbours: in the main table (a router), in a VRF device of its pod, or behind
 * an interface that the pod's policy rules keep apart.
 */
export type Side = { kind: 'main' } | { kind: 'device'; vrf: string } | { kind: 'rules'; interface: string };

export interface SpeakerConfig {
  asn: number;
  routerId: string;
  side: Side;
  peers: readonly Peer[];
  /** Prefixes of both families. */
  announces: readonly string[];
}

/** A session as the speaker itself reports it. */
export interface Session {
  peer: string;
  /** `Established`, or another state of RFC 4271 section 8.2.2. */
  state: string;
  /** Since when it is Established, in seconds since 1970; undefined while it is not. */
  since: number | undefined;
  /** The prefixes learned in it. */
  received: string[];
}

/** Whether a session went on from `before` to `after` without a break. FRR computes its `since` anew each time, to the second. */
export function isUnbroken(before: Session, after: Session): boolean {
  if (before.since === undefined || after.since === undefined) return false;
  return Math.abs(after.since - before.since) <= 1;
}

/** Seconds. Short, so that a test sees in time that a session has lost its neighbour. */
export const timers = { keepalive: 2, hold: 6, connect: 1 } as const;

export const isV6 = (address: string): boolean => address.includes(':');

export abstract class Speaker {
  abstract readonly make: Make;
  readonly config: SpeakerConfig;
  protected readonly daemon: Daemon;

  constructor(config: SpeakerConfig, daemon: Daemon) {
    this.config = config;
    this.daemon = daemon;
  }

  /** All sessions, in the order of the configured peers. */
  abstract sessions(): Promise<Session[]>;

  /** The session with `peer`. */
  async session(peer: string): Promise<Session> {
    const found = (await this.sessions()).find((session) => session.peer === peer);
    if (!found) throw new Error(`${this.make} knows no neighbour ${peer}`);
    return found;
  }

  /**
   * Waits until every session is Established and has brought a prefix. Throws after `deadline` milliseconds,
   * with the sessions and the daemon's last words.
   */
  async converged(deadline = 30_000): Promise<Session[]> {
    const end = Date.now() + deadline;
    for (;;) {
      const sessions = await this.sessions();
      if (sessions.every(({ state, received }) => state === 'Established' && received.length > 0)) return sessions;
      if (Date.now() > end || this.daemon.ended) {
        throw new Error(`${this.make} after ${deadline} ms: ${JSON.stringify(sessions)}\n${this.daemon.lastWords()}`);
      }
      await sleep(200);
    }
  }

  /** A line of the daemon's /proc/PID/status, such as `CapEff`. */
  status(key: string): string {
    return this.daemon.status(key);
  }

  /** Ends the daemon without a word to its neighbours. */
  stop(): Promise<void> {
    return this.daemon.stop();
  }
}
