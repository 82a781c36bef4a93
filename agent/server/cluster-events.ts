/** Which events pods get: failed ADDs, and attachments that fall ill or recover. */
import { CniError } from '../../common/errors.ts';
import type { AddRequest } from '../../common/protocol.ts';
import type { Attached } from '../kube/attachments.ts';
import type { PodEvents } from '../kube/events.ts';
import type { Pods } from '../kube/pods.ts';
import { podIdentity, podUid } from './identity.ts';

export class AttachFailures {
  readonly #events: PodEvents;
  readonly #pods: Pods;

  constructor(events: PodEvents, pods: Pods) {
    this.#events = events;
    this.#pods = pods;
  }

  tell({ args }: AddRequest, error: unknown): void {
    const { namespace, pod } = podIdentity(args);
    if (pod === '') return;
    const { message } = error as Error;
    const details = error instanceof CniError ? error.details : undefined;
    const known = this.#pods.of(namespace, pod, podUid(args))?.uid ?? podUid(args);
    const tell = (uid: string) =>
      this.#events.tell({
        namespace,
        pod,
        uid,
        type: 'Warning',
        reason: 'AttachFailed',
        message: [message, details].filter(Boolean).join('; '),
      });
    if (known !== '') tell(known);
    else
      this.#pods
        .ask(namespace, pod, '')
        .then((found) => found && tell(found.uid))
        .catch(() => this.#events.drop());
  }
}

/** Tells of each transition once. */
export class AilmentNews {
  readonly #events: PodEvents;
  #ill = new Map<string, Attached>();

  constructor(events: PodEvents) {
    this.#events = events;
  }

  sync(attached: readonly Attached[]): void {
    const before = this.#ill;
    this.#ill = new Map();
    for (const one of attached) {
      if (one.uid === undefined) continue;
      const key = `${one.uid} ${one.interface}`;
      const was = before.get(key)?.ailment;
      if (one.ailment) this.#ill.set(key, one);
      if (one.ailment?.message === was?.message) continue;
      const where = `interface ${one.interface} in VRF ${one.vrf}`;
      const { namespace, pod, uid } = one;
      if (one.ailment) {
        const message = `${where}: ${one.ailment.message}`;
        this.#events.tell({ namespace, pod, uid, type: 'Warning', reason: 'AttachmentDegraded', message });
      } else {
        const message = `${where} is again as it was made`;
        this.#events.tell({ namespace, pod, uid, type: 'Normal', reason: 'AttachmentHealed', message });
      }
    }
  }
}
