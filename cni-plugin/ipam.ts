/** Addresses from a CNI IPAM plugin, which is another program (SPEC, "Plugin Delegation"). */
import type { NetConf } from '../common/cni.ts';
import { CniCode, CniError } from '../common/errors.ts';
import { isObject } from './config.ts';
import type { Deadline } from './deadline.ts';
import { type Lease, readLease } from './lease.ts';
import { isErrorCode, Refusal } from './refusal.ts';
import { invalid } from './settings.ts';
import type { Ended, System } from './system.ts';

/** What undoing may take when the deadline is over already, in milliseconds. */
const leastForUndoing = 2_000;

/** The IPAM plugin of a configuration. Each method throws a Refusal with the plugin's own error, or a CniError when it gives none. */
export class Ipam {
  readonly #system: System;
  readonly #type: string;
  readonly #stdin: string;
  readonly #deadline: Deadline;

  constructor(system: System, type: string, stdin: string, deadline: Deadline) {
    this.#system = system;
    this.#type = type;
    this.#stdin = stdin;
    this.#deadline = deadline;
  }

  /** Takes addresses; what they are is read later, so that an unreadable answer can be undone. */
  add(): { read: () => Lease } {
    const printed = this.#run('ADD', this.#deadline.left);
    return { read: () => readLease(this.#type, printed) };
  }

  /** Gives the addresses back. */
  del(): void {
    this.#run('DEL', Math.max(leastForUndoing, this.#deadline.left));
  }

  /** Passes a verb on that has no result. */
  pass(verb: 'CHECK' | 'STATUS' | 'GC'): void {
    this.#run(verb, this.#deadline.left);
  }

  #run(verb: string, timeout: number): string {
    const ended = this.#system.run(this.#find(), { CNI_COMMAND: verb }, this.#stdin, Math.max(1, timeout));
    if (ended.exitCode === 0) return ended.stdout;
    throw failure(this.#type, verb, ended);
  }

  #find(): string {
    const path = this.#system.env('CNI_PATH') ?? '';
    for (const directory of path.split(':')) {
      const file = `${directory}/${this.#type}`;
      if (directory !== '' && this.#system.isExecutable(file)) return file;
    }
    throw new CniError(
      CniCode.invalidConfig,
      `ipam.type: no executable ${this.#type} in CNI_PATH (${path === '' ? 'not set' : path})`,
      'install the IPAM plugin on this node, or correct the name in the network configuration',
    );
  }
}

/** The IPAM plugin that the configuration names; undefined when it names none. Throws a CniError 7 for a name that is none. */
export function ipamOf(system: System, config: NetConf, stdin: string, deadline: Deadline): Ipam | undefined {
  const type: unknown = config.ipam?.type;
  if (type === undefined || type === '') return undefined;
  // A path would run a program outside CNI_PATH as root.
  if (typeof type === 'string' && !type.includes('/')) return new Ipam(system, type, stdin, deadline);
  throw invalid('ipam.type', type, 'it must be the name of an IPAM plugin, such as "host-local"');
}

function failure(type: string, verb: string, { stdout, reason, timedOut }: Ended): Error {
  const body = parseError(stdout);
  if (body) return new Refusal({ ...body, msg: `IPAM plugin ${type}: ${body.msg}` });
  return new CniError(
    timedOut ? CniCode.tryAgainLater : CniCode.ioFailure,
    `IPAM plugin ${type} failed on ${verb} without a CNI error: ${reason}`,
    stdout === '' ? 'it printed nothing on stdout' : `it printed ${JSON.stringify(stdout.slice(0, 200))}`,
  );
}

function parseError(stdout: string) {
  try {
    const value: unknown = JSON.parse(stdout);
    if (!isObject(value)) return undefined;
    const { code, msg, details } = value;
    if (!isErrorCode(code) || typeof msg !== 'string') return undefined;
    return { code, msg, ...(typeof details === 'string' && details !== '' ? { details } : {}) };
  } catch {
    return undefined;
  }
}
