/** Attachments that are not what they were made to be, and why. */
import type { Logger } from 'pino';
import type { Ailment } from '../kube/attachments-conditions.ts';
import type { Judged } from '../plan/evidence/statement.ts';
import type { AttachmentRecord } from '../state/attachments.ts';

function head({ owner, attachment: { vrf, hostEnd } }: AttachmentRecord) {
  return { ...owner, vrf: vrf.name, hostEnd };
}

export class Degraded {
  /** Their host ends are missing though their pods live. */
  #lost = new Set<AttachmentRecord>();
  /** Statements about their isolation that were found false. */
  readonly #broken = new Map<AttachmentRecord, readonly Judged[]>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Why an attachment is degraded, for people; undefined when it is not. */
  reasonOf(record: AttachmentRecord): string | undefined {
    return this.ailmentOf(record)?.message;
  }

  /** As {@link reasonOf}, with a word for programs. */
  ailmentOf(record: AttachmentRecord): Ailment | undefined {
    const { vrf, hostEnd } = record.attachment;
    if (this.#lost.has(record)) return { reason: 'HostEndLost', message: `it has lost its host end ${hostEnd}` };
    const broken = this.#broken.get(record) ?? [];
    const first = broken.find(({ serves }) => !serves) ?? broken[0];
    if (!first) return undefined;
    const what = first.serves
      ? 'is not served as it was made'
      : `is not isolated from what VRF ${vrf.name} must not reach`;
    const message = `it ${what}: "${first.text}" is false: ${first.reason}`;
    return { reason: first.serves ? 'NotServed' : 'IsolationBroken', message };
  }

  hasLostHostEnd(record: AttachmentRecord): boolean {
    return this.#lost.has(record);
  }

  /** All of them, those without a host end first. */
  list(): AttachmentRecord[] {
    return [...new Set([...this.#lost, ...this.#broken.keys()])];
  }

  /** Those whose isolation was found broken. */
  unproven(): AttachmentRecord[] {
    return [...this.#broken.keys()];
  }

  forget(record: AttachmentRecord): void {
    this.#lost.delete(record);
    this.#broken.delete(record);
  }

  /** Remembers which attachments have lost their host ends; each loss and each return is logged once. */
  noteLost(now: readonly AttachmentRecord[]): void {
    const before = this.#lost;
    this.#lost = new Set(now);
    for (const record of before)
      if (!this.#lost.has(record)) this.#log.info(head(record), 'attachment is degraded no more');
    for (const record of now) {
      if (before.has(record)) continue;
      this.#log.error(head(record), 'attachment is degraded: the pod lives, its host end is gone; delete the pod');
    }
  }

  /** Remembers what was found of one attachment. What a look without a socket inside the pod could not see stays as it was. */
  noteEvidence(record: AttachmentRecord, judged: readonly Judged[], sawPod: boolean): void {
    const before = this.#broken.get(record) ?? [];
    const unseen = sawPod ? [] : before.filter(({ in: place }) => place === 'pod');
    const broken = [...judged.filter(({ verdict }) => verdict === 'broken'), ...unseen];
    if (broken.length === 0) this.#broken.delete(record);
    else this.#broken.set(record, broken);
    const told = new Set(before.map(({ text }) => text));
    const news = broken.filter(({ text }) => !told.has(text));
    if (broken.length === 0 && before.length > 0)
      this.#log.info(head(record), 'isolation of attachment is whole again');
    if (news.length === 0) return;
    const statements = news.map(({ text, reason }) => `${text}: false: ${reason}`);
    this.#log.error({ ...head(record), statements }, 'attachment is degraded: its isolation is broken');
  }
}
