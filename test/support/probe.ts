/** Probes: does anything answer at an address, asked from inside a namespace? */
import { join } from 'node:path';
import type { Netns } from './netns.ts';

/** An address, and a TCP port or, without one, ICMP echo. */
export interface Target {
  address: string;
  port?: number;
}

/**
 * Sends every probe at once and tells of each whether the target answered within a second. A refused
 * connection is an answer. `device` binds the sockets to an interface.
 */
export async function probe(from: Netns, targets: readonly Target[], device?: string): Promise<boolean[]> {
  const tcp = targets.filter(({ port }) => port !== undefined);
  const [echoes, outcomes] = await Promise.all([
    Promise.all(targets.map(({ address, port }) => port === undefined && echo(from, address, device))),
    tcp.length === 0 ? [] : connectAll(from, tcp, device),
  ]);
  const answers = outcomes.map(
    (outcome) => outcome === 'open' || outcome === 'ECONNREFUSED' || outcome === 'ECONNRESET',
  );
  return targets.map(({ port }, i) => (port === undefined ? echoes[i] === true : answers.shift() === true));
}

async function echo(from: Netns, address: string, device?: string): Promise<boolean> {
  const bound = device === undefined ? [] : ['-I', device];
  const { exitCode } = await from.tryRun('ping', ['-n', '-q', '-c', '1', '-W', '1', ...bound, address]);
  return exitCode === 0;
}

async function connectAll(from: Netns, targets: readonly Target[], device?: string): Promise<string[]> {
  const destinations = targets.map((target) => ({ ...target, ...(device === undefined ? {} : { device }) }));
  const program = join(import.meta.dirname, 'tcp-probe.ts');
  return JSON.parse(await from.run(process.execPath, [program, JSON.stringify(destinations)]));
}
