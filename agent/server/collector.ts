/**
 * The agent's own collector: containerd calls no GC. An agent without CAP_SYS_ADMIN cannot watch pods' namespaces, but
 * with a namespace the kernel removes the veth pairs that lead there.
 */
import type { Logger } from 'pino';
import { vrfPlace } from '../plan/desired.ts';
import type { AttachmentRecord } from '../state/attachments.ts';
import type { Agent } from './agent.ts';
import { leave } from './detach.ts';
import { lookForHostEnds } from './host-ends.ts';
import { livenessOf } from './liveness.ts';

/** In milliseconds. With the two looks that it takes, an attachment is gone 6 s after its namespace. */
const interval = 3_000;

/** In rounds: VRFs that could not be removed are tried again once a minute. */
const vrfInterval = 20;

export class Collector {
  readonly #agent: Agent;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #round = 0;
  /** Gone at the last look. One look might fall into an ADD that has recorded what it has yet to make. */
  #gone = new Set<AttachmentRecord>();

  constructor(agent: Agent, log: Logger) {
    this.#agent = agent;
    this.#log = log;
  }

  /** Looks around every few seconds from now on; keeps no process alive. */
  start(): void {
    this.#timer = setTimeout(() => void this.#tick(), interval);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #tick(): Promise<void> {
    const timer = this.#timer;
    await this.sweep();
    // The next round begins only now; and not at all if it was stopped meanwhile.
    if (timer === this.#timer && timer !== undefined) this.start();
  }

  /** One round; logs what fails. */
  async sweep(): Promise<void> {
    try {
      await this.#agent.spool?.workOff();
      await this.#collect();
      this.#agent.strays.forgetGone();
      this.#agent.l3mdevAccept.look();
      if (this.#round++ % vrfInterval === 0) this.#retireVrfs();
    } catch (error) {
      this.#log.error({ error: (error as Error).message }, 'collecting failed: will be tried again');
    }
  }

  async #collect(): Promise<void> {
    const { node, attachments, leaving, departing } = this.#agent;
    const records = attachments.list();
    const places = records.map(({ attachment }) => vrfPlace(attachment.vrf));
    const { gone, degraded } = livenessOf(records, lookForHostEnds(node, places));
    // The host end of one that is being detached goes a moment before its record.
    this.#agent.noteDegraded(degraded.filter((record) => !departing.has(record)));
    const collectable = gone.filter((record) => this.#gone.has(record));
    this.#gone = new Set(gone);
    for (const { owner, attachment } of collectable)
      this.#log.info({ ...owner, hostEnd: attachment.hostEnd }, 'network namespace is gone: attachment collected');
    await Promise.all(
      [...new Set([...collectable, ...leaving])].map((record) => leave(this.#agent, record, this.#log)),
    );
  }

  #retireVrfs(): void {
    for (const { name } of this.#agent.vrfs.list()) this.#agent.retireVrf(name);
  }
}
